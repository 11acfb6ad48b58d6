import { describe, expect, test } from 'vitest';
import { bubble, contextOf, now, pausedAt, play, reply, said, started, take, textInput, waitingAt } from '../../test/scenario.ts';
import { type Burst, type Conversation, isJoinable, readInbound, settingsSchema, type SettingsInput, step } from '../index.ts';

const settings: SettingsInput = { debounceMs: 2_000, debounceMaxMs: 5_000 };
const burst = (texts: string[], change: Partial<Burst> = {}): Burst => ({ texts, firstAt: now, lastAt: now, isClosed: false, ...change });
const idle: Conversation = { status: 'idle' };
const given = (change: Parameters<typeof contextOf>[0]) => contextOf({ settings, event: said('I'), ...change });
const taken = (state: Conversation, change: Parameters<typeof contextOf>[0]) => step(state, { type: 'received' }, given(change));

describe('the texts of a burst', () => {
  test.each<[string, Burst, number, number | null]>([
    ['wait for silence', burst(['I']), now, 2_000],
    ['wait for silence after the last', burst(['I', 'am'], { lastAt: now + 1_500 }), now + 1_600, 1_900],
    ['wait no longer than the longest time', burst(['I', 'am'], { lastAt: now + 4_500 }), now + 4_600, 400],
    ['are answered after the silence', burst(['I'], { lastAt: now }), now + 2_000, null],
    ['are answered after the longest time', burst(['I', 'am'], { lastAt: now + 4_999 }), now + 5_000, null],
    ['are answered when something else stands behind', burst(['I'], { isClosed: true }), now, null],
  ])('%s', (_, texts, at, ms) => {
    const next = taken(waitingAt(), { burst: texts, now: at });
    if (ms === null) expect(next).toMatchObject({ ask: { type: 'continue' } });
    else expect(next).toEqual({ type: 'deferred', ms });
  });

  test('are one answer, no part lost, and end together', () => {
    const context = given({ burst: burst(['I', 'am', 'Ana'], { isClosed: true }) });
    const { asked, steps, last } = play(waitingAt(), context, { type: 'replied', reply: reply({ input: textInput }) });
    expect(asked).toMatchObject([{ type: 'continue', message: 'I\nam\nAna' }]);
    expect(steps.map(({ events }) => events)).toEqual([0, 3]);
    expect(last.final).toEqual({ type: 'answered' });
  });

  test('start the bot as one, and are its first answer as one', () => {
    const context = given({ burst: burst(['I', 'am'], { isClosed: true }) });
    const question = reply({ input: textInput, started });
    const { asked, last } = play(
      idle,
      context,
      { type: 'replied', reply: question },
      { type: 'replied', reply: reply({ input: textInput }) },
    );
    expect(asked).toMatchObject([{ variables: { firstMessage: 'I\nam' } }, { message: 'I\nam' }]);
    expect(last.events).toBe(2);
  });

  test('are all said again when Typebot lost the session', () => {
    const context = given({ burst: burst(['I', 'am'], { isClosed: true }) });
    const { asked } = play(
      waitingAt(),
      context,
      { type: 'sessionLost', cause: 'gone' },
      { type: 'replied', reply: reply({ input: textInput, started }) },
    );
    expect(asked).toMatchObject([{ message: 'I\nam' }, { variables: { firstMessage: 'I\nam' } }, { message: 'I\nam' }]);
  });

  test.each<[string, Parameters<typeof play>[2], string]>([
    ['refused', { type: 'refused', cause: 'closed', status: 400 }, 'dead'],
    ['of unknown outcome', { type: 'uncertain', cause: 'timeout' }, 'uncertain'],
  ])('end together when the call is %s', (_, outcome, final) => {
    const { last } = play(waitingAt(), given({ burst: burst(['I', 'am'], { isClosed: true }) }), outcome);
    expect(last).toMatchObject({ final: { type: final }, events: 2 });
  });

  test('end together when somebody takes the chat during a wait', () => {
    const closed = given({ burst: burst(['I', 'am'], { isClosed: true }) });
    const { last } = play(waitingAt(), closed, { type: 'notSent', cause: 'connection_refused', retryAfterMs: null });
    expect(step(last.state, { type: 'due' }, given({ isHeld: true }))).toMatchObject({ final: { reason: 'paused' }, events: 2 });
  });

  test.each<[string, SettingsInput, string[], boolean]>([
    ['together', { trigger: { type: 'keyword', operator: 'contains', value: 'bom\ndia' } }, ['bom', 'dia'], true],
    ['one of them alone', { trigger: { type: 'keyword', value: 'menu' } }, ['oi', 'menu'], true],
    ['none', { trigger: { type: 'keyword', value: 'menu' } }, ['oi', 'hi'], false],
    ['one of them after the end', { afterEnd: 'keyword', trigger: { type: 'keyword', value: 'menu' } }, ['oi', 'menu'], true],
  ])('start a bot by their words: %s', (_, rules, texts, starts) => {
    const state: Conversation = rules.afterEnd ? { status: 'ended', at: now } : idle;
    const event = said(texts[0] ?? '');
    const next = take(state, contextOf({ settings: { ...settings, ...rules }, event, burst: burst(texts, { isClosed: true }) }));
    if (starts) expect(next.ask?.type).toBe('start');
    else expect(next).toMatchObject({ final: { reason: 'no_trigger' }, events: 2 });
  });
});

describe('is answered at once', () => {
  const open = burst(['I']);
  test.each<[string, Conversation, Parameters<typeof contextOf>[0], object]>([
    ['what comes where texts are not joined', waitingAt(), { burst: open, settings: {} }, { ask: { message: 'I' } }],
    [
      'a picture',
      waitingAt(),
      { burst: open, event: said('', { contentType: 'image', content: { url: 'https://x.io/a.png' } }) },
      { ask: { type: 'continue' } },
    ],
    ['a keyword', waitingAt(), { burst: open, settings: { ...settings, keywords: { finish: ['I'] } } }, { final: { type: 'answered' } }],
    ['what comes while a human holds the chat', pausedAt(), { burst: open }, { final: { reason: 'paused' } }],
    ['what somebody takes away', waitingAt(), { burst: open, isHeld: true }, { final: { reason: 'paused' } }],
    [
      'what comes in the silence after the end',
      { status: 'ended', at: now },
      { burst: open, settings: { ...settings, afterEnd: 'silent' } },
      { final: { reason: 'ended' } },
    ],
  ])('%s', (_, state, change, expected) => {
    expect(taken(state, change)).toMatchObject(expected);
  });
});

test.each<[string, Parameters<typeof said>, boolean]>([
  ['a text', ['hi'], true],
  ['a keyword', ['#bot'], false],
  ['a tap', ['', { contentType: 'buttonsResponse', content: { selectedButtonId: 'a', selectedDisplayText: 'A' } }], false],
  ['a picture with words', ['', { contentType: 'image', content: { url: 'https://x.io/a.png', caption: 'hi' } }], false],
  ['the human on the phone', ['hi', { keyFromMe: true }], false],
])('%s may stand in a burst: %#', (_, event, expected) => {
  const joined = settingsSchema.parse({ ...settings, keywords: { resume: ['#bot'] } });
  expect(isJoinable(readInbound(said(...event)), joined)).toBe(expected);
});

test('the bot’s greeting ends the burst that started it', () => {
  const context = given({ burst: burst(['I', 'am'], { isClosed: true }) });
  const { last } = play(idle, context, { type: 'replied', reply: reply({ bubbles: [bubble('Hello')], input: textInput, started }) });
  expect(last).toMatchObject({ events: 2, final: { type: 'answered' }, state: { status: 'waiting' } });
});
