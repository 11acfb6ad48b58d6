import { current } from './current.ts';
import type { StepInput, StepContext } from './event.ts';
import { timerAt } from './expiry.ts';
import { applyCommand } from './apply-command.ts';
import type { Deferred, Step } from './outcome.ts';
import { afterReply } from './reply.ts';
import { afterInspection, afterNoInspection, afterUnavailable, afterUncertain, inspectNow } from './resolve.ts';
import { afterFailed, afterLost, afterNotSent, afterRefused, afterUnreachable } from './call-failure.ts';
import { touched } from './session.ts';
import type { Conversation, Turn } from './state.ts';
import { receive } from './receive.ts';
import { callNow } from './turn.ts';

/**
 * Decides what a conversation does next. Pure: everything it may look at comes with `context`.
 *
 * The shell commits the step before it asks the question, so a crash leaves `calling` on record, and hands the answer back
 * as the next happening. Only `taken` and `due` can be answered with `Later`: then nothing is written. Throws when state and happening
 * cannot meet: that is a defect of the shell, never the contact's doing.
 */
export function step(state: Conversation, input: StepInput, context: StepContext): Step | Deferred {
  const next = decide(current(state, context), input, context);
  if ('type' in next) return next;
  const after = state.status === 'due' || state.status === 'calling' ? rested(next.state, context) : next.state;
  return { ...next, state: after, timerAt: timerAt(after, context.integration) };
}

/** After a turn the contact's time to answer begins: it may have held a long wait. */
function rested(state: Conversation, context: StepContext): Conversation {
  return state.status === 'waiting' ? { ...state, session: touched(state.session, context) } : state;
}

function decide(state: Conversation, input: StepInput, context: StepContext): Step | Deferred {
  switch (input.type) {
    case 'received':
      return taken(between(state), context);
    case 'due':
      if (state.status !== 'due') throw cannotMeet('due', state);
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

function taken(state: Conversation, context: StepContext): Step | Deferred {
  const { head } = context;
  return head.kind === 'command' ? applyCommand(state, head.command, context) : receive(state, head, context);
}

function between(state: Conversation): Conversation {
  if (state.status === 'calling' || state.status === 'due') throw cannotMeet('between two events', state);
  return state;
}

function calling(state: Conversation): Turn {
  if (state.status !== 'calling') throw cannotMeet('calling', state);
  return state.turn;
}

function cannotMeet(expected: string, { status }: Conversation): Error {
  return new Error(`Expected a conversation that is ${expected}, got one that is ${status}`);
}
