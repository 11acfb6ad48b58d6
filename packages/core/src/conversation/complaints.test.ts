import { describe, expect, test } from 'vitest';
import {
  bubble,
  contextOf,
  jid,
  now,
  pausingAfter,
  play,
  reply,
  said,
  sessionOf,
  started,
  take,
  textInput,
  textsOf,
  waitingAt,
} from '../../test/scenario.ts';
import type { Command, Conversation, StepInput, SettingsInput } from '../index.ts';

/** What people report of other bridges between WhatsApp and Typebot, each as the opposite. */

const minuteMs = 60_000;
const idle: Conversation = { status: 'idle' };
const { sessionId } = sessionOf(waitingAt());
const greets: StepInput = { type: 'replied', reply: reply({ bubbles: [bubble('Hello')], input: textInput, started }) };
const asksOn: StepInput = { type: 'replied', reply: reply({ bubbles: [bubble('And?')], input: textInput }) };
const open: Command = { type: 'open', sessionId, snapshot: { typebotIntegrationId: null, bot: null } };
const start = { type: 'start', sessionId: 's-2', address: jid, publicId: null, variables: {}, startMessage: null } as const;
const byPhone = (text: string) => said(text, { keyFromMe: true });
const written = (text: string, at: number) => said(text, { messageTimestamp: at / 1_000 });
const paused = (command: Command = { type: 'pause', sessionId }) => take(waitingAt(), contextOf({ command })).state;
const reasons = ({ sessions }: { sessions: { reason: string | null }[] }) => sessions.map(({ reason }) => reason);

describe('a chat that a human holds', () => {
  test('can be had before the bot or the contact ever wrote', () => {
    const taken = take(idle, contextOf({ command: { ...start, status: 'paused', force: false } }));
    expect(taken).toMatchObject({ state: { status: 'paused' }, sessions: [{ status: 'paused', reason: 'operator' }], ask: null });
    expect(take(taken.state, contextOf()).final).toEqual({ type: 'ignored', reason: 'paused' });
  });

  test.each<[string, Parameters<typeof contextOf>[0]]>([
    ['by the API', { command: open }],
    ['by a timer', { command: { type: 'timeUp', dueAt: now }, settings: { pause: { resumeAfterMinutes: 1 } }, now: now + minuteMs }],
    ['by a word of the contact', { event: said('bot'), settings: { keywords: { resume: ['bot'] } } }],
    ['by a word of the human', { event: byPhone('bot'), settings: { keywords: { resume: ['bot'] } } }],
  ])('can be given back at the same question: %s', (_, given) => {
    const back = take(paused(), contextOf(given));
    expect(back).toMatchObject({
      state: { status: 'waiting', session: { bot: sessionOf(waitingAt()).bot } },
      sessions: [{ status: 'open' }],
    });
    expect(take(back.state, contextOf({ event: said('Ana') })).ask).toMatchObject({ type: 'continue', message: 'Ana' });
  });

  test.each<[string, () => ReturnType<typeof take>, string]>([
    ['an operator', () => take(waitingAt(), contextOf({ command: { type: 'pause', sessionId } })), 'operator'],
    ['the human', () => take(waitingAt(), contextOf({ event: byPhone('hello') })), 'human'],
    ['a keyword', () => take(waitingAt(), contextOf({ event: said('x'), settings: { keywords: { pause: ['x'] } } })), 'keyword'],
    [
      'a reply that could not be sent',
      () => take(waitingAt(), contextOf({ command: { type: 'pause', sessionId, reason: 'send_failed' } })),
      'send_failed',
    ],
  ])('says who took it: %s', (_, taking, reason) => {
    expect(reasons(taking())).toEqual([reason]);
  });

  test('never ends or goes to the bot by expiry, neither by the timer nor by the next message', () => {
    const settings: SettingsInput = { expireAfterMinutes: 1, expireMessage: 'Bye', staleAfterMinutes: 0 };
    const late = now + 600 * minuteMs;
    const woken = take(paused(), contextOf({ command: { type: 'timeUp', dueAt: now }, settings, now: late }));
    expect(woken).toMatchObject({ state: { status: 'paused' }, sessions: [], say: [] });
    const wrote = take(woken.state, contextOf({ event: written('hi', late), settings, now: late }));
    expect(wrote).toMatchObject({ state: { status: 'paused' }, sessions: [], ask: null, timerAt: null });
  });

  test('is theirs from their first message on the phone, also when they wrote before the bot', () => {
    const first = take(idle, contextOf({ event: byPhone('Hello, this is Rui') }));
    expect(take(first.state, contextOf({ event: said('hi Rui') }))).toMatchObject({ ask: null, say: [], final: { reason: 'paused' } });
  });

  test('is theirs although no worker ran while they wrote', () => {
    const context = { now: now + 60 * minuteMs };
    const taken = take(waitingAt(), contextOf({ event: byPhone('I will help you'), ...context }));
    expect(taken).toMatchObject({ state: { status: 'paused' }, final: { reason: 'human' } });
    const wrote = take(taken.state, contextOf({ event: written('thanks', context.now), ...context }));
    expect(wrote).toMatchObject({ ask: null, say: [], final: { reason: 'paused' } });
  });

  test('is not taken by what the bot itself sent', () => {
    const echo = take(waitingAt(), contextOf({ event: byPhone('Hello'), isEcho: true }));
    expect(echo).toMatchObject({ state: waitingAt(), final: { reason: 'echo' } });
  });

  test('comes back to the bot a while after the human’s last message', () => {
    const settings: SettingsInput = { pause: { resumeAfterMinutes: 30 } };
    const taken = take(waitingAt(), contextOf({ event: byPhone('hello'), settings }));
    const later = now + 20 * minuteMs;
    const event = said('still here', { keyFromMe: true, messageTimestamp: later / 1_000 });
    const again = take(taken.state, contextOf({ event, settings, now: later }));
    expect([taken.timerAt, again.timerAt]).toEqual([now + 30 * minuteMs, now + 50 * minuteMs]);
  });
});

describe('a session', () => {
  const at = now + 10 * minuteMs;
  const expiring: SettingsInput = { expireAfterMinutes: 5, expireMessage: 'See you' };
  const timeUp: Command = { type: 'timeUp', dueAt: at };

  test.each<[string, Parameters<typeof contextOf>[0], StepInput[], string]>([
    ['the flow came to its end', {}, [{ type: 'replied', reply: reply({ bubbles: [bubble('Bye')] }) }], 'completed'],
    ['nobody wrote', { command: timeUp, settings: expiring, now: at }, [], 'expired'],
    ['a keyword', { event: said('x'), settings: { keywords: { finish: ['x'] } } }, [], 'keyword'],
    ['an operator', { command: { type: 'close', sessionId, reason: 'operator' } }, [], 'operator'],
    ['its integration is gone', { command: { type: 'close', sessionId, reason: 'integration_removed' } }, [], 'integration_removed'],
    ['another one took its place', { command: { ...start, status: 'paused', force: true } }, [], 'replaced'],
    ['Typebot forgot it', {}, [{ type: 'sessionLost', cause: 'gone' }], 'bot_lost'],
  ])('never closes without a reason on record: %s', (_, given, outcomes, reason) => {
    const { steps } = play(waitingAt(), contextOf(given), ...outcomes);
    const closings = steps.flatMap(({ sessions }) => sessions.filter(({ status }) => status === 'closed'));
    expect(closings.map((closing) => closing.reason)).toEqual([reason]);
  });

  test('expires although nobody writes, with a farewell, and the next message starts anew', () => {
    const expired = take(waitingAt(), contextOf({ command: timeUp, settings: expiring, now: at }));
    expect(textsOf(expired.say)).toEqual(['See you']);
    expect(play(expired.state, contextOf({ settings: expiring, now: at }), greets).last.state.status).toBe('waiting');
  });

  test('that Typebot forgot is begun anew, and the contact need not say it twice', () => {
    const opens: StepInput = { type: 'replied', reply: reply({ input: textInput, started }) };
    const { asked, last } = play(waitingAt(), contextOf({ event: said('Ana') }), { type: 'sessionLost', cause: 'gone' }, opens, asksOn);
    expect(asked.map((call) => call?.type)).toEqual(['continue', 'start', 'continue']);
    expect(asked.at(-1)).toMatchObject({ message: 'Ana' });
    expect(last).toMatchObject({ state: { status: 'waiting' }, final: { type: 'answered' } });
  });

  test('that Typebot forgot while its flow was interrupted is begun anew as well', () => {
    const waiting = waitingAt();
    const session = sessionOf(waiting);
    const interrupted: Conversation = {
      status: 'waiting',
      session: { ...session, bot: session.bot && { ...session.bot, pending: { type: 'nothing' } } },
    };
    const { asked } = play(interrupted, contextOf(), { type: 'sessionLost', cause: 'gone' });
    expect(asked.map((call) => call?.type)).toEqual(['continue', 'start']);
  });

  test('is not lost when the flow waits, or stops for a moment', () => {
    const wait = { type: 'wait', wait: { secondsToWaitFor: 3 }, expectsDedicatedReply: true };
    const { last } = play(waitingAt(), contextOf(), { type: 'replied', reply: reply({ bubbles: [bubble('One')], actions: [wait] }) });
    expect(last).toMatchObject({ state: { status: 'due', turn: { session: { sessionId } } }, sessions: [] });
  });

  test('is never stuck in the middle of a reply: whatever became of the call, the next message is taken', () => {
    const outcomes: StepInput[] = [
      { type: 'uncertain', cause: 'worker_lost' },
      { type: 'refused', cause: 'bot_refused', status: 500 },
      { type: 'sessionLost', cause: 'gone' },
      asksOn,
    ];
    for (const outcome of outcomes) {
      let { last } = play(waitingAt(), contextOf(), outcome);
      if (last.final === null) ({ last } = play(waitingAt(), contextOf(), outcome, greets));
      expect(take(last.state, contextOf()).ask).not.toBeNull();
    }
  });

  test('is started by an operator in the place of another only when told so', () => {
    const context = contextOf({ command: { ...start, status: 'open', force: true } });
    expect(take(waitingAt(), contextOf({ command: { ...start, status: 'open', force: false } })).final).toMatchObject({
      reason: 'conflict_session_open',
    });
    expect(take(paused(), contextOf({ command: { ...start, status: 'open', force: false } })).final).toMatchObject({
      reason: 'conflict_paused',
    });
    for (const state of [waitingAt(), paused()]) {
      const begun = take(state, context);
      expect(begun).toMatchObject({ ask: { type: 'start' }, retractsReplies: true });
      expect(begun.sessions).toMatchObject([
        { status: 'closed', session: { sessionId } },
        { status: 'open', session: { sessionId: 's-2' } },
      ]);
    }
  });
});

describe('the contact', () => {
  test('is answered to the first message, not to the second', () => {
    const { last } = play(idle, contextOf(), greets);
    expect(textsOf(last.say)).toEqual(['Hello']);
  });

  test.each<[string, SettingsInput, string | null]>([
    ['may start it anew', {}, null],
    ['is left in peace for a while', { afterEnd: 'silent' }, 'ended'],
    ['is left in peace until they ask', { afterEnd: 'keyword' }, 'ended'],
  ])('whose flow is over %s, and the bot never runs it again by itself', (_, settings, reason) => {
    const ends: StepInput = { type: 'replied', reply: reply({ bubbles: [bubble('Bye')], started }) };
    const { last, asked } = play(idle, contextOf({ settings }), ends);
    expect(asked.map((call) => call?.type)).toEqual(['start']);
    const next = take(last.state, contextOf({ settings }));
    if (reason === null) expect(next.ask?.type).toBe('start');
    else expect(next.final).toEqual({ type: 'ignored', reason });
  });

  test.each([
    ['out', { finish: ['sair'] }, 'sair', 'idle'],
    ['to the beginning', { restart: ['menu'] }, 'menu', 'calling'],
    ['to a human', { pause: ['humano'] }, 'humano', 'paused'],
  ])('who is trapped in a question gets %s with a word', (_, keywords, word, status) => {
    const next = take(waitingAt(), contextOf({ event: said(word), settings: { keywords } }));
    expect(next.state.status).toBe(status);
    expect(next.ask?.type).not.toBe('continue');
  });

  test('who says one thing in three messages gets one answer', () => {
    const burst = { texts: ['I', 'am', 'Ana'], firstAt: now, lastAt: now, isClosed: true };
    const { asked, last } = play(waitingAt(), contextOf({ settings: { debounceMs: 3_000 }, event: said('I'), burst }), asksOn);
    expect(asked).toMatchObject([{ message: 'I\nam\nAna' }]);
    expect(last.events).toBe(3);
  });

  test('who writes what no button says sees the buttons again, or a human after a while', () => {
    const menu = { id: 'm', type: 'choice input', items: [{ id: 'a', content: 'Sales' }] };
    const settings: SettingsInput = { unmatchedChoice: pausingAfter(2) };
    const first = take(waitingAt(menu), contextOf({ event: said('help'), settings }));
    expect(first).toMatchObject({ ask: null, say: [{ type: 'buttons' }] });
    expect(take(first.state, contextOf({ event: said('help'), settings })).state.status).toBe('paused');
  });

  test.each<[string, SettingsInput, string, string | null]>([
    ['nothing, where only the API may', { trigger: { type: 'none' } }, 'menu', null],
    ['nothing by another word', { trigger: { type: 'keyword', value: 'menu' } }, 'hi', null],
    [
      'the bot by its word, although another takes everything',
      { flows: [{ publicId: 'sales', trigger: { type: 'keyword', value: 'buy' } }] },
      'buy',
      'sales',
    ],
    [
      'the bot that takes everything by any word',
      { flows: [{ publicId: 'sales', trigger: { type: 'keyword', value: 'buy' } }] },
      'hi',
      'my-bot',
    ],
  ])('starts %s', (_, settings, text, publicId) => {
    const { ask, final } = take(idle, contextOf({ event: said(text), settings }));
    if (publicId === null) expect({ ask, final }).toEqual({ ask: null, final: { type: 'ignored', reason: 'no_trigger' } });
    else expect(ask).toMatchObject({ type: 'start', publicId });
  });

  test('in the middle of one flow is not thrown into another by its word', () => {
    const flows = [{ publicId: 'sales', trigger: { type: 'keyword' as const, value: 'buy' } }];
    expect(take(waitingAt(), contextOf({ event: said('buy'), settings: { flows } })).ask).toMatchObject({
      type: 'continue',
      message: 'buy',
    });
  });
});
