import type { BotCall } from '../bot.ts';
import type { Conversation, Session, StepContext } from './conversation.ts';

export const idle: Conversation = { status: 'idle' };

/** The session that is open or paused between two events. */
export function liveSession(state: Conversation): Session | null {
  return state.status === 'waiting' || state.status === 'paused' ? state.session : null;
}

/** A session without a bot yet. */
export function freshSession({ freshSessionId, integration, now }: StepContext, address: string): Session {
  return {
    sessionId: freshSessionId,
    typebotIntegrationId: integration?.typebotIntegrationId ?? null,
    address,
    activeAt: now,
    bot: null,
  };
}

/** Restarts the session's idle time. `address`: where the contact wrote from. */
export function touched(session: Session, { now }: StepContext, address = session.address): Session {
  return { ...session, address, activeAt: now };
}

/** Typebot heard, may have heard, or refused the external call: it must not be delivered again automatically. */
export function withoutDelivery(session: Session): Session {
  if (session.bot?.pending.type !== 'webhookArrived') return session;
  return { ...session, bot: { ...session.bot, pending: { type: 'webhook' } } };
}

/** Counts the call among the answers that Typebot may have stored. */
export function countAnswer(session: Session, call: BotCall): Session {
  const blockId = answeredBlock(session, call);
  const { bot } = session;
  if (blockId === null || bot === null || bot.answers === null) return session;
  return { ...session, bot: { ...bot, answers: { ...bot.answers, [blockId]: answerCount(bot.answers, blockId) + 1 } } };
}

export function answerCount(answers: Record<string, number>, blockId: string): number {
  return (Object.hasOwn(answers, blockId) ? answers[blockId] : null) ?? 0;
}

/** The id of the question that the call answers. Null: it answers none. */
export function answeredBlock({ bot }: Session, call: BotCall): string | null {
  if (bot?.pending.type !== 'input' || call.type !== 'continue' || call.message === null) return null;
  const isCommand = typeof call.message !== 'string' && call.message.type === 'command';
  return isCommand ? null : bot.pending.input.id;
}
