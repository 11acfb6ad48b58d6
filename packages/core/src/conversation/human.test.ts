import { describe, expect, test } from 'vitest';
import { contextOf, freshSessionId, jid, now, pausedAt, said, take, textInput, waitingAt } from '../../test/scenario.ts';
import { type Conversation, type InboundEvent, interruption, isEcho, readInbound, type Send, type SettingsInput } from '../index.ts';

const byPhone = (text: string, data: Partial<InboundEvent['data']> = {}) => said(text, { keyFromMe: true, ...data });

describe('a human who writes on the phone', () => {
  test.each<[string, Conversation, string, string]>([
    ['takes an open session', waitingAt(), 'paused: human', freshSessionId],
    ['takes a chat where the bot never spoke', { status: 'idle' }, 'paused: human', 'fresh'],
    ['takes a chat whose flow is over', { status: 'ended', at: now }, 'paused: human', 'fresh'],
  ])('%s', (_, state, change, sessionId) => {
    const next = take(state, contextOf({ event: byPhone('I will help you'), freshSessionId: 'fresh' }));
    expect(next).toMatchObject({ final: { type: 'ignored', reason: 'human' }, say: [], ask: null, retractsReplies: true });
    expect(next.state).toMatchObject({ status: 'paused', since: now, session: { sessionId, address: jid } });
    expect(next.sessions.map(({ status, reason }) => `${status}: ${reason}`)).toEqual([change]);
  });

  test('puts off the time at which the chat is handed back, and changes nothing else', () => {
    const settings: SettingsInput = { pause: { resumeAfterMinutes: 10 } };
    const next = take(pausedAt(), contextOf({ event: byPhone('still here'), settings, now: now + 60_000 }));
    expect(next).toMatchObject({ state: { status: 'paused', since: now + 60_000 }, sessions: [], retractsReplies: false });
    expect(next.timerAt).toBe(now + 11 * 60_000);
  });

  test('takes the chat also when a finish or a pause stands behind', () => {
    expect(take(waitingAt(), contextOf({ event: byPhone('hello'), isHeld: true })).state.status).toBe('paused');
  });

  test('is not obeyed, heard or feared where the phone is ignored', () => {
    const next = take(waitingAt(), contextOf({ event: byPhone('hello'), settings: { fromMe: 'ignore' } }));
    expect(next).toMatchObject({ state: waitingAt(), final: { type: 'ignored', reason: 'from_me' } });
  });

  test.each(['pause', 'ignore', 'listen'] as const)('is told from our own sends where the phone is to %s', (fromMe) => {
    const next = take(waitingAt(), contextOf({ event: byPhone('hello'), settings: { fromMe }, isEcho: true }));
    expect(next).toMatchObject({ state: waitingAt(), final: { type: 'ignored', reason: 'echo' } });
  });
});

describe('a message from the phone’s side is our own', () => {
  const text: Send = { id: 'm-1', type: 'text', text: 'Hello *Ana*\n\nHow are you?' };
  const image: Send = { id: 'm-2', type: 'image', url: 'https://x.io/a.png', caption: null };
  const captioned: Send = { ...image, id: 'm-3', caption: 'Our menu' };
  const buttons: Send = { id: 'm-4', type: 'buttons', body: 'Well?', buttons: [], fallbackText: 'Well?\n\n1. Yes' };
  const picture = (caption?: string) => byPhone('', { contentType: 'image', content: { url: 'https://y.io/b.png', caption } });

  test.each<[string, InboundEvent, Send[], boolean]>([
    ['when its source is the API', said('x', { source: 'API' }), [], true],
    ['when it says what we said', byPhone('Hello *Ana* How are  you?'), [image, text], true],
    ['when it says what stands for our buttons', byPhone('Well?\n1. Yes'), [buttons], true],
    ['when it says what stands above our buttons', byPhone('Well?'), [buttons], true],
    ['when it is shown as buttons, which no human can send', byPhone('', { contentType: 'buttonsMessage', content: {} }), [buttons], true],
    ['when it has the caption of our picture', picture('Our  menu'), [captioned], true],
    ['when it is a picture as ours, without words', picture(), [image], true],
    ['when its key is the id that we gave', byPhone('changed', { keyId: 'm-1' }), [text], true],
    ['when its tag is the id that we gave', byPhone('changed', { externalAttributes: '{"id":"m-1"}' }), [text], true],
    ['when its tag holds the id that we gave', byPhone('changed', { externalAttributes: { typelane: 'm-1' } }), [text], true],
    ['but not when it says something else', byPhone('Hello Ana'), [text], false],
    ['but not when it only quotes ours', byPhone('yes', { content: { text: 'yes', contextInfo: { stanzaId: 'm-1' } } }), [text], false],
    ['but not when it is a picture and ours was a text', picture(), [text], false],
    ['but not when its picture has other words', picture('Their menu'), [image, captioned], false],
    ['but not when it is a picture without words and ours had some', picture(), [captioned], false],
    ['but not when it is blank', byPhone('  '), [{ id: 'm-5', type: 'text', text: ' ' }], false],
    ['but not when we said nothing', byPhone('Hello'), [], false],
    ['but not when the contact repeats us', said('Well?'), [buttons], false],
    ['also when ours is on record in a shape that we do not know', byPhone('Hello'), [{ type: 7, text: null }], false],
  ])('%s', (_, event, sends, expected) => {
    expect(isEcho(readInbound(event), event, sends)).toBe(expected);
  });
});

describe('what silences a turn from behind', () => {
  const keywords = { finish: ['sair'], restart: ['menu'], pause: ['humano'], resume: ['#bot'] };
  const sends: Send[] = [{ id: 'm-1', type: 'text', text: 'Hello' }];
  type LaterEvent = Parameters<typeof interruption>[0][number];
  const later = (event: InboundEvent, isKnownKey = false): LaterEvent => ({ event, isKnownKey });
  const judge = (events: LaterEvent[], settings: SettingsInput = {}) =>
    interruption(events, { ...contextOf({ settings: { keywords, ...settings } }), sends, now });

  test.each<[string, LaterEvent[], SettingsInput, ReturnType<typeof interruption>]>([
    ['nothing', [], {}, null],
    ['the contact who goes on', [later(said('and also'))], {}, null],
    ['the contact who wants out', [later(said('a')), later(said('Sair'))], {}, 'keyword'],
    ['the contact who begins anew', [later(said('menu'))], {}, 'keyword'],
    ['the contact who asks for a human', [later(said('humano'))], {}, 'keyword'],
    ['the contact who has nothing to resume', [later(said('#bot'))], {}, null],
    ['the human', [later(byPhone('I am here'))], {}, 'human'],
    ['the human before the keyword', [later(byPhone('I am here')), later(said('sair'))], {}, 'human'],
    ['the human who ends it', [later(byPhone('sair'))], {}, 'keyword'],
    ['the human who gives it back', [later(byPhone('#bot'))], {}, null],
    ['our own echo by its words', [later(byPhone('Hello'))], {}, null],
    ['our own echo by its key', [later(byPhone('changed'), true)], {}, null],
    ['a human whom nobody minds', [later(byPhone('I am here'))], { fromMe: 'ignore' }, null],
    ['a human in the contact’s place', [later(byPhone('I am here'))], { fromMe: 'listen' }, null],
    ['a keyword in the contact’s place', [later(byPhone('sair'))], { fromMe: 'listen' }, 'keyword'],
    ['a reaction of the human', [later(byPhone('', { contentType: 'reaction', content: { text: '👍' } }))], {}, null],
    ['the human an hour ago', [later(byPhone('old', { messageTimestamp: now / 1_000 - 3_600 }))], {}, 'human'],
    ['the human long ago', [later(byPhone('old', { messageTimestamp: now / 1_000 - 100_000 }))], {}, null],
  ])('%s', (_, events, settings, expected) => {
    expect(judge(events, settings)).toBe(expected);
  });

  test('nothing, where no integration is at work', () => {
    const { integration } = contextOf();
    expect(interruption([later(byPhone('x'))], { ...contextOf(), sends: [], integration: null, now })).toBeNull();
    expect(
      interruption([later(byPhone('x'))], {
        ...contextOf(),
        sends: [],
        integration: integration && { ...integration, enabled: false },
        now,
      }),
    ).toBeNull();
  });

  test('and a turn that is silenced does not take up its message', () => {
    expect(take(waitingAt(textInput), contextOf({ isHeld: true }))).toMatchObject({ ask: null, final: { reason: 'paused' } });
  });
});
