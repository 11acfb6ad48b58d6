import type { Command, StepContext } from './event.ts';
import { answered, ends, ignores, type Step } from './outcome.ts';
import { touched } from './session.ts';
import { type BotSession, type Conversation, liveSession, type Session } from './state.ts';
import { firstCall, isOff, nextCallOf } from './turn.ts';

/**
 * An outside system calls the Webhook block the flow stands at. While a human holds the chat, or the bot is switched off, what it
 * delivers is kept for when the flow goes on.
 */
export function webhook(state: Conversation, { sessionId, payload }: Extract<Command, { type: 'webhook' }>, context: StepContext): Step {
  const session = liveSession(state);
  if (session?.sessionId !== sessionId || session.bot === null || !listens(state, session.bot))
    return ignores(state, 'conflict_no_webhook');
  // On record before the call: a turn that is given up, or that never reaches Typebot, must not lose it.
  const bot: BotSession = { ...session.bot, pending: { type: 'webhookArrived', payload } };
  if (state.status === 'paused') return ends({ ...state, session: { ...session, bot } }, answered);
  const delivered: Session = touched({ ...session, bot }, context);
  const call = context.isHeld || isOff(context) ? null : nextCallOf(bot);
  return call === null ? ends({ status: 'waiting', session: delivered }, answered) : firstCall(call, { session: delivered, isOpen: true });
}

/** What arrived and could not be delivered may be called again; what waits for the human is there already. */
function listens({ status }: Conversation, { pending }: BotSession): boolean {
  return pending.type === 'webhook' || (pending.type === 'webhookArrived' && status === 'waiting');
}

/** Typebot heard the delivery, or may have, or refused it: it is not to be made again by itself. */
export function withoutDelivery(session: Session): Session {
  if (session.bot?.pending.type !== 'webhookArrived') return session;
  return { ...session, bot: { ...session.bot, pending: { type: 'webhook' } } };
}
