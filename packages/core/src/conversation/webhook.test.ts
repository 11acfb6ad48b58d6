import { describe, expect, test } from 'vitest';
import { contextOf, decided, now, play, reply, said, sessionOf, take, textInput, textsOf, waitingAt } from '../../test/scenario.ts';
import { type Command, type Conversation, type StepInput, idle, type SettingsInput, step } from '../index.ts';

const action = { type: 'listenForWebhook', expectsDedicatedReply: true };
const waiting = play(waitingAt(), contextOf(), { type: 'replied', reply: reply({ actions: [action] }) }).last.state;
const { sessionId } = sessionOf(waiting);
const taken: Conversation = { status: 'paused', session: sessionOf(waiting), since: now };
const command: Command = { type: 'webhook', sessionId, payload: '{"paid":true}' };
const open: Command = { type: 'open', sessionId, snapshot: { typebotIntegrationId: null, bot: null } };
const delivered = '{"data":{"paid":true}}';
const continues: StepInput = { type: 'replied', reply: reply({ input: textInput }) };
const pendingIn = (state: Conversation) => sessionOf(state).bot?.pending;

describe('an external call', () => {
  test('continues the flow that waits for it', () => {
    const { asked, last } = play(waiting, contextOf({ command }), continues);
    expect(asked).toMatchObject([{ type: 'continue', message: delivered }]);
    expect(last).toMatchObject({ final: { type: 'answered' }, state: { session: { bot: { pending: { type: 'input' } } } } });
  });

  test('restarts the session’s idle time', () => {
    const later = now + 60_000;
    expect(play(waiting, contextOf({ command, now: later, settings: { expireAfterMinutes: 5 } }), continues).last.timerAt).toBe(
      later + 300_000,
    );
  });

  test.each<[string, Conversation, Command]>([
    ['without a session', idle, command],
    ['if the flow waits for the contact', waitingAt(), command],
    ['for another session', waiting, { ...command, sessionId: 'other' }],
    ['if the bot never spoke', { status: 'waiting', session: { ...sessionOf(waiting), bot: null } }, command],
  ])('is a conflict %s', (_, state, order) => {
    expect(take(state, contextOf({ command: order }))).toMatchObject({
      state,
      final: { type: 'ignored', reason: 'conflict_no_webhook' },
      ask: null,
    });
  });

  test('in a paused chat is kept until the resume, and is accepted only once', () => {
    const kept = take(taken, contextOf({ command }));
    expect(kept).toMatchObject({ final: { type: 'answered' }, state: { status: 'paused', since: now }, ask: null, sessions: [] });
    expect(take(kept.state, contextOf({ command })).final).toEqual({ type: 'ignored', reason: 'conflict_no_webhook' });
    expect(play(kept.state, contextOf({ command: open }), continues).asked).toMatchObject([{ message: delivered }]);
    const settings: SettingsInput = { pause: { resumeAfterMinutes: 1 }, keywords: { resume: ['#bot'] } };
    const timer: Command = { type: 'timeUp', dueAt: now + 60_000 };
    expect(take(kept.state, contextOf({ command: timer, settings, now: now + 60_000 })).ask).toMatchObject({ message: delivered });
    expect(take(kept.state, contextOf({ event: said('#bot'), settings })).ask).toMatchObject({ message: delivered });
  });

  test('is kept if a later event takes the chat or the integration is off, and is delivered with the next message', () => {
    const context = contextOf({ command });
    const off = { ...context, integration: context.integration && { ...context.integration, enabled: false } };
    for (const kept of [take(waiting, contextOf({ command, isHeld: true })), take(waiting, off)]) {
      expect(kept).toMatchObject({ final: { type: 'answered' }, ask: null });
      expect(take(kept.state, contextOf({ event: said('hello?') })).ask).toMatchObject({ message: delivered });
    }
  });

  test('is not lost when its turn is given up during a retry', () => {
    const retry = play(waiting, contextOf({ command }), { type: 'notSent', cause: 'connection_refused', retryAfterMs: null }).last;
    const gaveUp = decided(step(retry.state, { type: 'due' }, contextOf({ command, isHeld: true })));
    expect(pendingIn(gaveUp.state)).toEqual({ type: 'webhookArrived', payload: '{"paid":true}' });
    expect(take(gaveUp.state, contextOf({ command })).ask).toMatchObject({ message: delivered });
  });

  test.each<[string, StepInput, string]>([
    ['may have been heard', { type: 'uncertain', cause: 'timeout' }, 'uncertain'],
    ['was refused', { type: 'refused', cause: 'bad', status: 400 }, 'dead'],
  ])('that %s is not repeated automatically', (_, outcome, final) => {
    const { last } = play(waiting, contextOf({ command }), outcome);
    expect(last.final?.type).toBe(final);
    expect(pendingIn(last.state)).toEqual({ type: 'webhook' });
    expect(take(last.state, contextOf()).final).toEqual({ type: 'ignored', reason: 'webhook_pending' });
  });

  test('for a session that Typebot lost does not start a flow', () => {
    const { last } = play(waiting, contextOf({ command }), { type: 'sessionLost', cause: 'gone' });
    expect(last).toMatchObject({ state: idle, ask: null, final: { type: 'dead' }, sessions: [{ status: 'closed', reason: 'bot_lost' }] });
  });
});

describe('a message of the contact in the meantime', () => {
  test.each<[string, SettingsInput, string[]]>([
    ['is not sent to the bot', {}, []],
    ['is answered with the operator’s text', { hints: { waiting: 'Waiting for your payment' } }, ['Waiting for your payment']],
  ])('%s', (_, settings, say) => {
    const next = take(waiting, contextOf({ settings }));
    expect(next).toMatchObject({ ask: null, final: { type: 'ignored', reason: 'webhook_pending' } });
    expect(pendingIn(next.state)).toEqual({ type: 'webhook' });
    expect(textsOf(next.say)).toEqual(say);
  });
});
