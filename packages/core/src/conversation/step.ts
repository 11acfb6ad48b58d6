import type { Happening, StepContext } from './event.ts';
import { obey } from './obey.ts';
import type { Step } from './outcome.ts';
import { afterLost, afterNotSent, afterRefused, afterUncertain } from './setback.ts';
import { afterReply } from './reply.ts';
import type { Conversation, Turn } from './state.ts';
import { take } from './take.ts';
import { callNow } from './turn.ts';

/**
 * Decides what a conversation does next. Pure: everything it may look at comes with `context`.
 *
 * The shell commits the step before it asks the question, so a crash leaves `calling` on record, and hands the answer back
 * as the next happening. Throws when state and happening cannot meet: that is a defect of the shell, never the contact's doing.
 */
export function step(state: Conversation, happening: Happening, context: StepContext): Step {
  switch (happening.type) {
    case 'taken':
      return context.head.kind === 'command' ? obey(state, context.head.command, context) : take(state, context.head.event, context);
    case 'due':
      return callNow(turnIn(state, 'due'), context);
    case 'replied':
      return afterReply(turnIn(state, 'calling'), happening.reply, context);
    case 'sessionLost':
      return afterLost(turnIn(state, 'calling'), happening.cause, context);
    case 'notSent':
      return afterNotSent(turnIn(state, 'calling'), happening, context);
    case 'refused':
      return afterRefused(turnIn(state, 'calling'), happening.cause, context);
    case 'uncertain':
      return afterUncertain(turnIn(state, 'calling'), happening.cause, context);
  }
}

function turnIn(state: Conversation, status: 'calling' | 'due'): Turn {
  if (state.status !== status) throw new Error(`Expected a conversation that is ${status}, got one that is ${state.status}`);
  return state.turn;
}
