import { applyCommand } from './apply-command.ts';
import { afterFailed, afterLost, afterNotSent, afterRefused, afterUnreachable } from './call-failure.ts';
import type { Conversation, Deferred, Step, StepContext, StepInput, Turn } from './conversation.ts';
import { timerAt } from './expiry.ts';
import { receive } from './receive.ts';
import { afterReply } from './reply.ts';
import { afterInspection, afterNoInspection, afterUnavailable, afterUncertain, inspectNow } from './resolve.ts';
import { touched } from './session.ts';
import { callNow } from './turn.ts';

/**
 * Decides what a conversation does next. Pure: it reads nothing but its arguments.
 *
 * The shell commits the step before it makes the step's call, so that a crash leaves `calling` on record, and passes the call's outcome as the
 * next input. Only `received` and `due` can be deferred. Throws if the input does not fit the state, which is always a defect of the shell.
 */
export function step(state: Conversation, input: StepInput, context: StepContext): Step | Deferred {
  const next = decide(state, input, context);
  if ('type' in next) return next;
  const after = state.status === 'due' || state.status === 'calling' ? withFreshIdleTime(next.state, context) : next.state;
  return { ...next, state: after, timerAt: timerAt(after, context.integration) };
}

/** The contact's idle time begins after the turn, which may have included a long wait. */
function withFreshIdleTime(state: Conversation, context: StepContext): Conversation {
  return state.status === 'waiting' ? { ...state, session: touched(state.session, context) } : state;
}

function decide(state: Conversation, input: StepInput, context: StepContext): Step | Deferred {
  switch (input.type) {
    case 'received':
      return begin(state, context);
    case 'due':
      if (state.status !== 'due') throw unfit('due', state);
      return (state.turn.inquiry ? inspectNow : callNow)(state.turn, state.dueAt, context);
    case 'replied':
      return afterReply(calling(state), input.reply, context);
    case 'sessionLost':
      return afterLost(calling(state), input.cause, context);
    case 'notSent':
      return afterNotSent(calling(state), input, context);
    case 'unreachable':
      return afterUnreachable(calling(state), context);
    case 'unavailable':
      return afterUnavailable(calling(state), input, context);
    case 'failed':
      return afterFailed(calling(state), input.cause, context);
    case 'refused':
      return afterRefused(calling(state), input.cause, context);
    case 'uncertain':
      return afterUncertain(calling(state), input.cause, context);
    case 'inspected':
      return afterInspection(calling(state), input.result, context);
    case 'notInspected':
      return afterNoInspection(calling(state), input, context);
  }
}

function begin(state: Conversation, context: StepContext): Step | Deferred {
  if (state.status === 'calling' || state.status === 'due') throw unfit('between two events', state);
  const { head } = context;
  return head.kind === 'command' ? applyCommand(state, head.command, context) : receive(state, head, context);
}

function calling(state: Conversation): Turn {
  if (state.status !== 'calling') throw unfit('calling', state);
  return state.turn;
}

function unfit(expected: string, { status }: Conversation): Error {
  return new Error(`The conversation must be ${expected}, but is ${status}`);
}
