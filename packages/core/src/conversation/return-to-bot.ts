import type { StepContext } from './event.ts';
import { answered, ends, opened, type Step } from './outcome.ts';
import { touched } from './session.ts';
import type { Session } from './state.ts';
import { firstCall, isOff, nextCallOf } from './turn.ts';

/**
 * The bot has the chat again. It stays silent until the contact writes, unless it was interrupted in the middle of its flow: then it goes
 * on there, if nobody stands behind who takes the chat at once.
 */
export function returnToBot(held: Session, context: StepContext, rest: Pick<Partial<Step>, 'say' | 'transcript'> = {}): Step {
  const session = touched(held, context);
  const sessions = [opened(session)];
  const call = session.bot === null || context.isHeld || isOff(context) ? null : nextCallOf(session.bot);
  if (call === null) return ends({ status: 'waiting', session }, answered, { ...rest, sessions });
  const { transcript = [], say = [] } = rest;
  return firstCall(call, { session, isOpen: true, joined: '', transcript }, { sessions, say });
}
