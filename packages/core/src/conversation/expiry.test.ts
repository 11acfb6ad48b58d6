import { describe, expect, test } from 'vitest';
import {
  bubble,
  contextOf,
  decided,
  jid,
  now,
  pausedAt,
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
import { type Conversation, type SettingsInput, step } from '../index.ts';

const minuteMs = 60_000;
const timeUp = { type: 'timeUp', dueAt: now } as const;
const expiring: SettingsInput = { expireAfterMinutes: 30, expireMessage: 'See you', staleAfterMinutes: 0 };
const resuming: SettingsInput = { pause: { resumeAfterMinutes: 60 } };
const written = (text: string, at: number) => said(text, { messageTimestamp: at / 1_000 });
const ended: Conversation = { status: 'ended', at: now };

describe('the timer of a chat', () => {
  test.each<[string, Conversation, SettingsInput, number | null]>([
    ['of a waiting session', waitingAt(), expiring, 30],
    ['of a waiting session that never expires', waitingAt(), resuming, null],
    ['of a paused chat', pausedAt(), resuming, 60],
    ['of a paused chat that nobody hands back', pausedAt(), expiring, null],
    ['without a session', { status: 'idle' }, { ...expiring, ...resuming }, null],
    ['after the end', ended, { ...expiring, ...resuming, afterEnd: 'silent' }, null],
  ])('%s', (_, state, settings, minutes) => {
    const event = said('x', { contentType: 'reaction', content: { text: '👍' } });
    expect(take(state, contextOf({ settings, event })).timerAt).toBe(minutes === null ? null : now + minutes * minuteMs);
  });

  test('is put off by the contact, and by a question that the bot repeats, but not by what is no message', () => {
    const later = now + 10 * minuteMs;
    const heard = play(waitingAt(), contextOf({ settings: expiring, now: later }), { type: 'replied', reply: reply({ input: textInput }) });
    expect(heard.last.timerAt).toBe(later + 30 * minuteMs);
    const media = said('', { contentType: 'sticker', content: {} });
    expect(take(waitingAt(), contextOf({ settings: expiring, now: later, event: media })).timerAt).toBe(later + 30 * minuteMs);
    const echo = said('Hello', { source: 'api' });
    expect(take(waitingAt(), contextOf({ settings: expiring, now: later, event: echo })).timerAt).toBe(now + 30 * minuteMs);
  });

  test('begins anew when the bot has asked, so that a long wait of the flow leaves time to answer', () => {
    const wait = { type: 'wait', wait: { secondsToWaitFor: 3_600 }, expectsDedicatedReply: true };
    const settings: SettingsInput = { ...expiring, wait: { maxMs: 3_600_000 } };
    const due = play(waitingAt(), contextOf({ settings }), { type: 'replied', reply: reply({ actions: [wait] }) }).last.state;
    const context = contextOf({ settings, now: now + 60 * minuteMs });
    const asked = decided(
      step(decided(step(due, { type: 'due' }, context)).state, { type: 'replied', reply: reply({ input: textInput }) }, context),
    );
    expect(asked.timerAt).toBe(now + 90 * minuteMs);
  });

  test('stands still while the integration is switched off, and while a turn is under way', () => {
    const context = contextOf({ settings: { ...expiring, ...resuming } });
    const integration = context.integration && { ...context.integration, enabled: false };
    expect(take(waitingAt(), { ...context, integration })).toMatchObject({ final: { reason: 'disabled' }, timerAt: null });
    expect(take(waitingAt(), context)).toMatchObject({ state: { status: 'calling' }, timerAt: null });
  });
});

describe('when the timer rings', () => {
  const wake = (state: Conversation, settings: SettingsInput, at: number, given: Parameters<typeof contextOf>[0] = {}) =>
    take(state, contextOf({ command: timeUp, settings, now: at, ...given }));

  test('a session expires with a farewell, for the address the contact wrote from', () => {
    const next = wake(waitingAt(), expiring, now + 30 * minuteMs);
    expect(next).toMatchObject({
      state: { status: 'idle' },
      final: { type: 'answered' },
      sessions: [{ status: 'closed', reason: 'expired', session: { address: jid } }],
      timerAt: null,
    });
    expect(textsOf(next.say)).toEqual(['See you']);
  });

  test('nothing is said without a farewell, or where the bot never spoke', () => {
    expect(wake(waitingAt(), { expireAfterMinutes: 30 }, now + 30 * minuteMs).say).toEqual([]);
    const unstarted: Conversation = { status: 'waiting', session: { ...sessionOf(waitingAt()), bot: null } };
    expect(wake(unstarted, expiring, now + 30 * minuteMs)).toMatchObject({ state: { status: 'idle' }, say: [] });
  });

  test.each<[string, Conversation, SettingsInput, number]>([
    ['somebody wrote meanwhile', waitingAt(), expiring, 29],
    ['sessions do not expire any more', waitingAt(), {}, 30],
    ['a human holds the chat', pausedAt(), expiring, 90],
    ['the human wrote again', pausedAt(), resuming, 59],
    ['the session is closed', { status: 'idle' }, expiring, 90],
    ['the flow is over', ended, expiring, 90],
  ])('nothing happens when %s', (_, state, settings, minutes) => {
    const next = wake(state, settings, now + minutes * minuteMs);
    expect(next).toMatchObject({ state, final: { type: 'ignored', reason: 'not_due' }, say: [], sessions: [], ask: null });
  });

  test('a paused chat is handed back, and the bot is silent until the contact writes', () => {
    const next = wake(pausedAt(), resuming, now + 60 * minuteMs);
    expect(next).toMatchObject({ state: { status: 'waiting' }, final: { type: 'answered' }, say: [], ask: null });
    expect(next.sessions).toMatchObject([{ status: 'open' }]);
    expect(take(next.state, contextOf({ event: said('Ana') })).ask).toMatchObject({ type: 'continue', message: 'Ana' });
  });

  test('a chat that is handed back expires from then on', () => {
    const at = now + 60 * minuteMs;
    expect(wake(pausedAt(), { ...resuming, ...expiring }, at).timerAt).toBe(at + 30 * minuteMs);
  });

  test('whoever stands behind decides, and nothing is said', () => {
    expect(wake(waitingAt(), expiring, now + 30 * minuteMs, { isHeld: true })).toMatchObject({
      state: { status: 'waiting' },
      final: { type: 'ignored', reason: 'paused' },
      say: [],
    });
  });
});

describe('a message after the session’s time, before any timer rang', () => {
  const late = now + 31 * minuteMs;

  test('finds the chat without a session, and nobody says farewell to who has just come', () => {
    const context = contextOf({ settings: expiring, now: late, event: written('hi', late), freshSessionId: 's-2' });
    const { steps, last } = play(waitingAt(), context, {
      type: 'replied',
      reply: reply({ bubbles: [bubble('Hello')], input: textInput, started }),
    });
    expect(steps[0]).toMatchObject({ ask: { type: 'start' }, say: [], sessions: [{ status: 'closed', reason: 'expired' }] });
    expect(last).toMatchObject({ sessions: [{ status: 'open', session: { sessionId: 's-2' } }], state: { status: 'waiting' } });
  });

  test('is judged by the trigger like any first one', () => {
    const settings: SettingsInput = { ...expiring, trigger: { type: 'keyword', value: 'menu' } };
    const next = take(waitingAt(), contextOf({ settings, now: late, event: written('hi', late) }));
    expect(next).toMatchObject({ state: { status: 'idle' }, final: { reason: 'no_trigger' }, sessions: [{ reason: 'expired' }] });
  });

  test('that asks for a human leaves a new session to them, and the old one is closed before', () => {
    const settings: SettingsInput = { ...expiring, keywords: { pause: ['humano'] } };
    const next = take(waitingAt(), contextOf({ settings, now: late, event: written('humano', late), freshSessionId: 's-2' }));
    expect(next.sessions).toMatchObject([
      { status: 'closed', reason: 'expired' },
      { status: 'paused', reason: 'keyword', session: { sessionId: 's-2' } },
    ]);
  });

  test('that was written in time and only waited for us is an answer', () => {
    const event = written('Ana', now + 30 * minuteMs);
    expect(take(waitingAt(), contextOf({ settings: expiring, now: late, event })).ask).toMatchObject({ type: 'continue', message: 'Ana' });
  });

  test('of a phone whose clock is ahead counts from now', () => {
    const event = written('Ana', now + 90 * minuteMs);
    expect(take(waitingAt(), contextOf({ settings: expiring, now: now + minuteMs, event })).ask).toMatchObject({ message: 'Ana' });
  });

  test('does not start the bot in a chat that a human holds, however long ago', () => {
    const at = now + 9_000 * minuteMs;
    expect(take(pausedAt(), contextOf({ settings: expiring, now: at, event: written('hi', at) }))).toMatchObject({
      state: { status: 'paused' },
      final: { reason: 'paused' },
    });
  });
});

describe('after the end of a flow', () => {
  const done = (settings: SettingsInput) =>
    play({ status: 'idle' }, contextOf({ settings }), { type: 'replied', reply: reply({ bubbles: [bubble('Bye')], started }) }).last.state;

  test.each<[string, SettingsInput, Conversation]>([
    ['nothing is kept in mind', {}, { status: 'idle' }],
    ['the chat is silent', { afterEnd: 'silent' }, ended],
    ['the chat waits for a keyword', { afterEnd: 'keyword' }, ended],
  ])('%s', (_, settings, state) => {
    expect(done(settings)).toEqual(state);
    const words = { ...settings, keywords: { finish: ['sair'] } };
    expect(take(waitingAt(), contextOf({ settings: words, event: said('sair') })).state).toEqual(state);
  });

  const flows = [{ publicId: 'sales', trigger: { type: 'keyword' as const, value: 'buy' } }];
  test.each<[string, SettingsInput, string, number, string | null]>([
    ['a message starts anew', {}, 'hi', 0, null],
    ['a message in the silence is not heard', { afterEnd: 'silent', silentMinutes: 5 }, 'hi', 4.9, 'ended'],
    ['a message after the silence starts anew', { afterEnd: 'silent', silentMinutes: 5 }, 'hi', 5, null],
    ['no silence is none', { afterEnd: 'silent', silentMinutes: 0 }, 'hi', 0, null],
    ['no message starts anew but a keyword', { afterEnd: 'keyword' }, 'hi', 99, 'ended'],
    ['the keyword of a flow does', { afterEnd: 'keyword', flows }, 'buy', 0, null],
    ['another word than the flow’s does not', { afterEnd: 'keyword', flows }, 'hi', 0, 'ended'],
    ['the trigger’s keyword does', { afterEnd: 'keyword', trigger: { type: 'advanced', value: 'contains:menu' } }, 'o menu', 0, null],
    ['a restart keyword does', { afterEnd: 'keyword', keywords: { restart: ['menu'] } }, 'menu', 0, null],
    ['a restart keyword does in the silence', { afterEnd: 'silent', keywords: { restart: ['menu'] } }, 'menu', 0, null],
    ['a setting that changed holds for chats that ended before', { afterEnd: 'restart' }, 'hi', 0, null],
  ])('%s', (_, settings, text, minutes, reason) => {
    const at = now + minutes * minuteMs;
    const next = take(ended, contextOf({ settings: { staleAfterMinutes: 0, ...settings }, now: at, event: written(text, at) }));
    if (reason === null) expect(next.ask?.type).toBe('start');
    else expect(next).toMatchObject({ final: { type: 'ignored', reason }, state: ended, ask: null });
  });

  test('an expired session keeps no silence', () => {
    const settings: SettingsInput = { ...expiring, afterEnd: 'silent' };
    expect(take(waitingAt(), contextOf({ command: timeUp, settings, now: now + 30 * minuteMs })).state).toEqual({ status: 'idle' });
  });
});
