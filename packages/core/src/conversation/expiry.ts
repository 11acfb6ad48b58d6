import type { InboundMessage } from '../inbound.ts';
import type { Settings } from '../settings.ts';
import type { Integration, StepContext } from './event.ts';
import { returnToBot } from './return-to-bot.ts';
import { answered, closed, ends, ignores, notices, type Step } from './outcome.ts';
import { type Conversation, idle } from './state.ts';
import { rule } from './transcript.ts';

const minuteMs = 60_000;

/**
 * When a state changes by itself, milliseconds since 1970: a waiting session expires, a paused chat is handed back. Null: never. A switched
 * off integration leaves everything as it stands.
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

/** A timer rang. What it was set for may not be so any more: somebody wrote meanwhile, or the settings changed. */
export function timeUp(state: Conversation, context: StepContext): Step {
  const dueAt = timerAt(state, context.integration);
  if (dueAt === null || context.now < dueAt) return ignores(state, 'not_due');
  // Whoever stands behind decides what becomes of the chat.
  if (context.isHeld) return ignores(state, 'paused');
  if (state.status === 'paused') return returnToBot(state.session, context, { transcript: [rule('pause.resumed')] });
  return state.status === 'waiting' ? expires(state, context) : ignores(state, 'not_due');
}

/** No farewell where the bot never said anything. */
function expires({ session }: Extract<Conversation, { status: 'waiting' }>, { integration }: StepContext): Step {
  const farewell = session.bot === null ? null : (integration?.settings.expireMessage ?? null);
  return ends(idle, answered, { say: notices(farewell), sessions: [closed(session, 'expired')], transcript: [rule('expired')] });
}

/** Whether the session had expired when the message was written, even if no timer has rung yet. */
export function isExpired(
  state: Conversation,
  message: InboundMessage,
  { settings, now }: { settings: Settings; now: number },
): state is Extract<Conversation, { status: 'waiting' }> {
  if (state.status !== 'waiting') return false;
  const dueAt = after(state.session.activeAt, settings.expireAfterMinutes);
  return dueAt !== null && writtenAt(message, now) > dueAt;
}

/** Silent, or waiting for a keyword: no session, and the last one came to its end. `restart` keeps nothing in mind. */
export function afterEnd({ afterEnd: rest }: Settings, now: number): Conversation {
  return rest === 'restart' ? idle : { status: 'ended', at: now };
}

/** Whether a message is not heard because the flow ended a while ago. */
export function isSilent(state: Conversation, message: InboundMessage, { settings, now }: { settings: Settings; now: number }): boolean {
  if (state.status !== 'ended' || settings.afterEnd !== 'silent') return false;
  return writtenAt(message, now) < state.at + settings.silentMinutes * minuteMs;
}

/** A message that waited for us counts from when it was written; a phone whose clock is fast, from now. */
function writtenAt({ timestamp }: InboundMessage, now: number): number {
  return timestamp === null ? now : Math.min(now, timestamp * 1_000);
}
