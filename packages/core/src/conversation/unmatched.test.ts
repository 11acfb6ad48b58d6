import { describe, expect, test } from 'vitest';
import { bubble, contextOf, now, pausingAfter, play, reply, said, sessionOf, take, textsOf, waitingAt } from '../../test/scenario.ts';
import type { BotReply, Conversation, SettingsInput } from '../index.ts';

const menu = {
  id: 'menu',
  type: 'choice input',
  items: [
    { id: 'a', content: 'Sales' },
    { id: 'b', content: 'Support' },
  ],
};
const retry: BotReply = reply({ bubbles: [bubble('Invalid message')], input: menu });
type Policy = SettingsInput['unmatchedChoice'];
const settingsOf = (unmatchedChoice: Policy): SettingsInput => ({ unmatchedChoice, locale: 'en', choices: 'text' });
const missesIn = (state: Conversation) => sessionOf(state).bot?.misses;

/** The contact writes each of `texts`. If the bot is asked, it replies with `answer`. */
function talk(texts: string[], settings: SettingsInput, answer: BotReply = retry) {
  let state = waitingAt(menu);
  return texts.map((text) => {
    const context = contextOf({ settings, event: said(text) });
    const first = take(state, context);
    const last = first.ask ? play(state, context, { type: 'replied', reply: answer }).last : first;
    ({ state } = last);
    return { asked: first.ask && 'message' in first.ask ? first.ask.message : null, last };
  });
}

describe('words that match no option', () => {
  test('are sent to the bot, which answers in its own words', () => {
    const [turn] = talk(['human'], settingsOf({}));
    expect(turn).toMatchObject({ asked: 'human', last: { final: { type: 'answered' }, state: { status: 'waiting' } } });
    expect(textsOf(turn?.last.say ?? [])[0]).toContain('Invalid message');
  });

  test('that Typebot would misread are not sent, but the bot replies', () => {
    const several = { ...menu, options: { isMultipleChoice: true } };
    const context = contextOf({ settings: settingsOf({}), event: said('not 1') });
    expect(take(waitingAt(several), context).ask).toMatchObject({ message: '…' });
  });

  test('get the options shown again, and the bot receives nothing', () => {
    const [turn] = talk(['human'], settingsOf({ action: 'show' }));
    expect(turn).toMatchObject({ asked: null, last: { final: { type: 'ignored', reason: 'unmatched' } } });
    expect(textsOf(turn?.last.say ?? []).join('\n')).toMatch(/1\. Sales\n2\. Support/);
  });

  test('are sent to the bot if there is nothing to show again', () => {
    const empty = waitingAt({ ...menu, items: [] });
    expect(take(empty, contextOf({ settings: settingsOf({ action: 'show' }), event: said('1') })).ask).toMatchObject({ message: '1' });
  });

  test.each<[string, Policy, string[]]>([
    ['get a hint after so many misses, and counting restarts', { misses: 2 }, ['x', 'unmatched', 'x', 'unmatched']],
    ['get a hint at once', { misses: 1 }, ['unmatched', 'unmatched', 'unmatched', 'unmatched']],
    ['never get a hint', { misses: 0 }, ['x', 'x', 'x', 'x']],
    ['get the options and a hint alternately', { action: 'show', misses: 2 }, ['unmatched', 'unmatched', 'unmatched', 'unmatched']],
  ])('%s', (_, policy, expected) => {
    const turns = talk(['x', 'x', 'x', 'x'], { ...settingsOf(policy), hints: { unmatched: 'Please choose' } });
    expect(turns.map(({ asked, last }) => asked ?? (last.final && 'reason' in last.final ? last.final.reason : null))).toEqual(expected);
    const hinted = turns.map(({ last }) => textsOf(last.say).includes('Please choose'));
    expect(hinted).toEqual(hinted.map((_unused, i) => policy?.misses !== 0 && (i + 1) % (policy?.misses ?? 1) === 0));
  });

  test('are sent to the bot if the hint is empty', () => {
    const [turn] = talk(['x'], { ...settingsOf({ misses: 1 }), hints: { unmatched: '' } });
    expect(turn?.asked).toBe('x');
  });

  test.each<[string, SettingsInput['hints'], string[]]>([
    ['silently', {}, []],
    ['with the operator’s text', { unmatched: 'Somebody will answer you' }, ['Somebody will answer you']],
  ])('pause the chat after so many misses, %s', (_, hints, say) => {
    const [, second] = talk(['x', 'x'], { ...settingsOf(pausingAfter(2)), hints });
    expect(second?.last).toMatchObject({
      state: { status: 'paused', since: now },
      sessions: [{ status: 'paused', reason: 'unmatched' }],
      final: { type: 'ignored', reason: 'unmatched' },
    });
    expect(textsOf(second?.last.say ?? [])).toEqual(say);
    expect(missesIn(second?.last.state ?? waitingAt())).toBe(0);
  });

  test('count in a row: a matching option restarts counting, even if the flow returns to the same question', () => {
    const turns = talk(['x', '1', 'x'], settingsOf({ misses: 2 }));
    expect(turns.map(({ last }) => missesIn(last.state))).toEqual([1, 0, 1]);
  });

  test('do not count for the next question', () => {
    const [turn] = talk(['x'], settingsOf({ misses: 2 }), reply({ input: { ...menu, id: 'other' } }));
    expect(missesIn(turn?.last.state ?? waitingAt())).toBe(0);
  });

  test('are one miss if they arrived in a burst', () => {
    const context = contextOf({
      settings: { ...settingsOf({ action: 'show' }), debounceMs: 1_000 },
      event: said('x'),
      burst: { texts: ['x', 'y'], firstAt: now, lastAt: now, isClosed: true },
    });
    expect(take(waitingAt(menu), context)).toMatchObject({
      final: { reason: 'unmatched' },
      events: 2,
      state: { session: { bot: { misses: 1 } } },
    });
  });
});
