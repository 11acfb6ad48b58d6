import type { InboundMessage } from '../inbound.ts';
import type { Settings } from '../settings.ts';
import type { Conversation, Integration, Step, StepContext } from './conversation.ts';
import { answered, closed, ends, ignores, notices, rule } from './outcome.ts';
import { idle } from './session.ts';
import { returnToBot } from './turn.ts';

const minuteMs = 60_000;

/**
 * When a state changes by itself, in milliseconds since 1970: a waiting session expires, a paused chat is given back. Null: never. An
 * integration that is switched off stops both.
 */
export function timerAt(state: Conversation, integration: Integration | null): number | null {
  if (!integration?.enabled) return null;
  const { expireAfterMinutes, pause } = integration.settings;
  if (state.status === 'waiting') return after(state.session.activeAt, expireAfterMinutes);
  return state.status === 'paused' ? after(state.since, pause.resumeAfterMinutes) : null;
}

function after(since: number, minutes: number): number | null {
  return minutes > 0 ? since + minutes * minuteMs : null;
}

/** A timer fired. Its cause may be gone: somebody wrote in the meantime, or the settings changed. */
export function timeUp(state: Conversation, context: StepContext): Step {
  const dueAt = timerAt(state, context.integration);
  if (dueAt === null || context.now < dueAt) return ignores(state, 'not_due');
  // A later event decides what happens to the chat.
  if (context.isHeld) return ignores(state, 'paused');
  if (state.status === 'paused') return returnToBot(state.session, context, { transcript: [rule('pause.resumed')] });
  return state.status === 'waiting' ? expires(state, context) : ignores(state, 'not_due');
}

/** No farewell if the bot never spoke. */
function expires({ session }: Extract<Conversation, { status: 'waiting' }>, { integration }: StepContext): Step {
  const farewell = session.bot === null ? null : (integration?.settings.expireMessage ?? null);
  return ends(idle, answered, { say: notices(farewell), sessions: [closed(session, 'expired')], transcript: [rule('expired')] });
}

/** Whether the session had expired when the message was written, even if its timer has not fired yet. */
export function isExpired(
  state: Conversation,
  message: InboundMessage,
  { settings, now }: { settings: Settings; now: number },
): state is Extract<Conversation, { status: 'waiting' }> {
  if (state.status !== 'waiting') return false;
  const dueAt = after(state.session.activeAt, settings.expireAfterMinutes);
  return dueAt !== null && writtenAt(message, now) > dueAt;
}

/** The state after a flow has finished. */
export function afterEnd({ afterEnd: policy }: Settings, now: number): Conversation {
  return policy === 'restart' ? idle : { status: 'ended', at: now };
}

/** Whether a message is ignored because the flow finished less than `silentMinutes` before it. */
export function isSilent(state: Conversation, message: InboundMessage, { settings, now }: { settings: Settings; now: number }): boolean {
  if (state.status !== 'ended' || settings.afterEnd !== 'silent') return false;
  return writtenAt(message, now) < state.at + settings.silentMinutes * minuteMs;
}

/** A message may have waited in the queue, so its own timestamp counts. A phone's clock may be fast, so a future timestamp counts as now. */
function writtenAt({ timestamp }: InboundMessage, now: number): number {
  return timestamp === null ? now : Math.min(now, timestamp * 1_000);
}
