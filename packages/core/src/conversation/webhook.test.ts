import { describe, expect, test } from 'vitest';
import { contextOf, decided, now, play, reply, said, sessionOf, take, textInput, textsOf, waitingAt } from '../../test/scenario.ts';
import { type Command, type Conversation, type StepInput, idle, type SettingsInput, step } from '../index.ts';

const action = { type: 'listenForWebhook', expectsDedicatedReply: true };
const parked = play(waitingAt(), contextOf(), { type: 'replied', reply: reply({ actions: [action] }) }).last.state;
const { sessionId } = sessionOf(parked);
const held: Conversation = { status: 'paused', session: sessionOf(parked), since: now };
const command: Command = { type: 'webhook', sessionId, payload: '{"paid":true}' };
const open: Command = { type: 'open', sessionId, snapshot: { typebotIntegrationId: null, bot: null } };
const delivered = '{"data":{"paid":true}}';
const goesOn: StepInput = { type: 'replied', reply: reply({ input: textInput }) };
const pendingIn = (state: Conversation) => sessionOf(state).bot?.pending;

describe('a call from outside', () => {
  test('goes on where the flow waits for it', () => {
    const { asked, last } = play(parked, contextOf({ command }), goesOn);
    expect(asked).toMatchObject([{ type: 'continue', message: delivered }]);
    expect(last).toMatchObject({ final: { type: 'answered' }, state: { session: { bot: { pending: { type: 'input' } } } } });
  });

  test('puts off the time at which the session expires', () => {
    const later = now + 60_000;
    expect(play(parked, contextOf({ command, now: later, settings: { expireAfterMinutes: 5 } }), goesOn).last.timerAt).toBe(
      later + 300_000,
    );
  });

  test.each<[string, Conversation, Command]>([
    ['where no session lives', idle, command],
    ['where the flow waits for the contact', waitingAt(), command],
    ['for another session', parked, { ...command, sessionId: 'other' }],
    ['where the bot never spoke', { status: 'waiting', session: { ...sessionOf(parked), bot: null } }, command],
  ])('is a conflict %s', (_, state, order) => {
    expect(take(state, contextOf({ command: order }))).toMatchObject({
      state,
      final: { type: 'ignored', reason: 'conflict_no_webhook' },
      ask: null,
    });
  });

  test('that comes while a human holds the chat is kept for when it is given back, and cannot come twice', () => {
    const kept = take(held, contextOf({ command }));
    expect(kept).toMatchObject({ final: { type: 'answered' }, state: { status: 'paused', since: now }, ask: null, sessions: [] });
    expect(take(kept.state, contextOf({ command })).final).toEqual({ type: 'ignored', reason: 'conflict_no_webhook' });
    expect(play(kept.state, contextOf({ command: open }), goesOn).asked).toMatchObject([{ message: delivered }]);
    const settings: SettingsInput = { pause: { resumeAfterMinutes: 1 }, keywords: { resume: ['#bot'] } };
    const timer: Command = { type: 'timeUp', dueAt: now + 60_000 };
    expect(take(kept.state, contextOf({ command: timer, settings, now: now + 60_000 })).ask).toMatchObject({ message: delivered });
    expect(take(kept.state, contextOf({ event: said('#bot'), settings })).ask).toMatchObject({ message: delivered });
  });

  test('is kept when somebody behind takes the chat, or the integration is off, and goes on with the next message', () => {
    const context = contextOf({ command });
    const off = { ...context, integration: context.integration && { ...context.integration, enabled: false } };
    for (const kept of [take(parked, contextOf({ command, isHeld: true })), take(parked, off)]) {
      expect(kept).toMatchObject({ final: { type: 'answered' }, ask: null });
      expect(take(kept.state, contextOf({ event: said('hello?') })).ask).toMatchObject({ message: delivered });
    }
  });

  test('is not lost when its turn is given up during a retry', () => {
    const retry = play(parked, contextOf({ command }), { type: 'notSent', cause: 'connection_refused', retryAfterMs: null }).last;
    const given = decided(step(retry.state, { type: 'due' }, contextOf({ command, isHeld: true })));
    expect(pendingIn(given.state)).toEqual({ type: 'webhookArrived', payload: '{"paid":true}' });
    expect(take(given.state, contextOf({ command })).ask).toMatchObject({ message: delivered });
  });

  test.each<[string, StepInput, string]>([
    ['may have been heard', { type: 'uncertain', cause: 'timeout' }, 'uncertain'],
    ['was refused', { type: 'refused', cause: 'bad', status: 400 }, 'dead'],
  ])('that %s is not made again by itself', (_, outcome, final) => {
    const { last } = play(parked, contextOf({ command }), outcome);
    expect(last.final?.type).toBe(final);
    expect(pendingIn(last.state)).toEqual({ type: 'webhook' });
    expect(take(last.state, contextOf()).final).toEqual({ type: 'ignored', reason: 'webhook_pending' });
  });

  test('for a session that Typebot lost does not start a flow at the contact', () => {
    const { last } = play(parked, contextOf({ command }), { type: 'sessionLost', cause: 'gone' });
    expect(last).toMatchObject({ state: idle, ask: null, final: { type: 'dead' }, sessions: [{ status: 'closed', reason: 'bot_lost' }] });
  });
});

describe('what the contact writes meanwhile', () => {
  test.each<[string, SettingsInput, string[]]>([
    ['is not heard', {}, []],
    ['is answered with the operator’s words', { hints: { waiting: 'Waiting for your payment' } }, ['Waiting for your payment']],
  ])('%s', (_, settings, say) => {
    const next = take(parked, contextOf({ settings }));
    expect(next).toMatchObject({ ask: null, final: { type: 'ignored', reason: 'webhook_pending' } });
    expect(pendingIn(next.state)).toEqual({ type: 'webhook' });
    expect(textsOf(next.say)).toEqual(say);
  });
});
