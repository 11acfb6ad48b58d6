import { describe, expect, test } from 'vitest';
import { bubble, contextOf, decided, freshSessionId, jid, play, reply, started, textInput, waitingAt } from '../../test/scenario.ts';
import type { Command, Conversation, StepContext } from '../index.ts';
import { step as stepOrWait } from './step.ts';

const step = (...given: Parameters<typeof stepOrWait>) => decided(stepOrWait(...given));
const switchedOff = (context: StepContext): StepContext => ({
  ...context,
  integration: context.integration && { ...context.integration, enabled: false },
});
const idle: Conversation = { status: 'idle' };

describe('commands', () => {
  const sessionId = freshSessionId;
  const snapshot = { typebotIntegrationId: 'int-1', bot: null };
  const start: Command = {
    type: 'start',
    sessionId: 's-2',
    address: jid,
    publicId: null,
    variables: { a: '1' },
    startMessage: null,
    status: 'open',
    force: false,
  };
  const paused = play(waitingAt(), contextOf({ command: { type: 'pause', sessionId, reason: 'operator' } })).last.state;

  test.each<[string, Conversation, Command, string, string | null]>([
    ['pause an open session', waitingAt(), { type: 'pause', sessionId, reason: 'operator' }, 'paused', null],
    ['pause a paused one again', paused, { type: 'pause', sessionId, reason: 'operator' }, 'paused', null],
    ['pause a closed one', idle, { type: 'pause', sessionId, reason: 'operator' }, 'idle', 'conflict_not_open'],
    ['resume an open one', waitingAt(), { type: 'open', sessionId, snapshot }, 'waiting', null],
    ['reopen a closed one', idle, { type: 'open', sessionId, snapshot }, 'waiting', null],
    ['reopen beside another one', waitingAt(), { type: 'open', sessionId: 'other', snapshot }, 'waiting', 'conflict_other_session_open'],
    ['close a paused one', paused, { type: 'close', sessionId, reason: 'operator' }, 'idle', null],
    ['close a closed one again', idle, { type: 'close', sessionId, reason: 'operator' }, 'idle', null],
    ['start towards a chat', idle, start, 'calling', null],
    ['take a chat away before it ever wrote', idle, { ...start, status: 'paused' }, 'paused', null],
    ['start beside an open session', waitingAt(), start, 'waiting', 'conflict_session_open'],
  ])('%s', (_, state, command, status, conflict) => {
    const { last } = play(state, contextOf({ command }));
    expect(last.state.status).toBe(status);
    if (conflict !== null) expect(last.final).toEqual({ type: 'ignored', reason: conflict });
    else expect(last.final?.type ?? 'answered').toBe('answered');
  });

  test('a start that is carried out when the bot is switched off starts none, but takes the chat', () => {
    const off = (command: Command) => switchedOff(contextOf({ command }));
    expect(play(idle, off(start)).last).toMatchObject({ ask: null, final: { reason: 'conflict_disabled' }, sessions: [] });
    expect(play(idle, off({ ...start, status: 'paused' })).last).toMatchObject({ state: { status: 'paused' } });
  });

  test('a turn that waits when the bot is switched off is given up, and goes on there with the first message once it is on', () => {
    const action = { type: 'wait', wait: { secondsToWaitFor: 30 }, expectsDedicatedReply: true };
    const shown = reply({ bubbles: [bubble('One')], actions: [action] });
    const due = play(waitingAt(), contextOf(), { type: 'replied', reply: shown }).last;
    const over = step(due.state, { type: 'due' }, switchedOff(contextOf()));
    expect(over).toMatchObject({ ask: null, say: [], final: { type: 'answered' }, state: { status: 'waiting' } });
    expect(play(over.state, contextOf()).last.ask).toMatchObject({ type: 'continue', message: null });
    const retried = play(waitingAt(), contextOf(), { type: 'notSent', cause: 'refused', retryAfterMs: null }).last;
    const unheard = step(retried.state, { type: 'due' }, switchedOff(contextOf()));
    expect(unheard).toMatchObject({ ask: null, final: { type: 'ignored', reason: 'disabled' } });
  });

  test('a start by the API says what it is told to, and closes its session when it fails', () => {
    const context = contextOf({ command: { ...start, startMessage: 'Ana' } });
    const { asked } = play(idle, context, { type: 'replied', reply: reply({ input: textInput, started }) });
    expect(asked[0]).toMatchObject({ variables: { a: '1', firstMessage: 'Ana' } });
    expect(asked[1]).toMatchObject({ message: 'Ana' });
    expect(play(idle, context, { type: 'refused', cause: 'bot_refused', status: 404 }).last).toMatchObject({
      state: { status: 'idle' },
      sessions: [{ status: 'closed', reason: 'error', session: { sessionId: 's-2' } }],
    });
  });

  test('a pause behind a wait gives the turn up and a resume takes it up at the same place', () => {
    const action = { type: 'wait', wait: { secondsToWaitFor: 30 }, expectsDedicatedReply: true };
    const due = play(waitingAt(), contextOf(), { type: 'replied', reply: reply({ bubbles: [bubble('One')], actions: [action] }) }).last;
    const given = step(due.state, { type: 'due' }, contextOf({ isHeld: true }));
    expect(given).toMatchObject({ ask: null, final: { type: 'answered' }, state: { status: 'waiting' } });
    const held = play(given.state, contextOf({ command: { type: 'pause', sessionId, reason: 'operator' } })).last.state;
    const silent = play(held, contextOf({ command: { type: 'open', sessionId, snapshot }, isHeld: true })).last;
    expect(silent).toMatchObject({ ask: null, state: { status: 'waiting' }, sessions: [{ status: 'open' }] });
    expect(play(held, switchedOff(contextOf({ command: { type: 'open', sessionId, snapshot } }))).last).toMatchObject({
      ask: null,
      state: { status: 'waiting' },
    });
    expect(play(held, contextOf({ command: { type: 'open', sessionId, snapshot } })).last.ask).toMatchObject({
      type: 'continue',
      message: null,
    });
  });
});
