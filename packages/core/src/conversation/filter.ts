import type { InboundEvent, InboundMessage } from '../inbound.ts';
import { type ChatAddress, namesOf } from '../identity.ts';
import { parseJid, type Jid } from '../jid.ts';
import type { Settings } from '../settings.ts';

/**
 * The reason to ignore a message, whatever the conversation's state, or null. If several apply: first events that are not messages, then the
 * sender, then the content, then the age.
 */
export function filterReason(
  event: InboundEvent,
  message: InboundMessage,
  settings: Settings,
  chat: ChatAddress,
  now: number,
): string | null {
  if (event.event !== 'messages.upsert') return event.event === 'send.message' ? 'own_send' : 'other_event';
  const jid = parseJid(event.data.keyRemoteJid);
  if (!jid) return 'unknown_jid';
  return senderReason(jid, namesOf(event, chat), settings) ?? contentReason(event, message) ?? ageReason(message, settings, now);
}

type Names = ReturnType<typeof namesOf>;

function senderReason(jid: Jid, names: Names, settings: Settings): string | null {
  if (jid.kind === 'status' || jid.kind === 'broadcast' || jid.kind === 'newsletter') return jid.kind;
  if (jid.kind === 'group' && settings.groups === 'ignore') return 'group';
  if (settings.ignoreJids.some((pattern) => matches(pattern, names))) return 'ignored_jid';
  if (settings.allowJids.length > 0 && !settings.allowJids.some((pattern) => matches(pattern, names))) return 'not_allowed_jid';
  return null;
}

/**
 * `@g.us`, `@s.whatsapp.net` and `@lid` match all chats of their kind, `5531*` matches a prefix, anything else one address. Prefixes and
 * addresses are compared with all names of the contact and, in a group, of the participant.
 */
function matches(pattern: string, { chat, participant }: Names): boolean {
  if (pattern.startsWith('@')) return chat.some((name) => name.endsWith(pattern));
  const names = [...chat, ...participant];
  if (pattern.endsWith('*')) return names.some((name) => name.startsWith(pattern.slice(0, -1)));
  return names.includes(parseJid(pattern)?.key ?? pattern);
}

function contentReason(event: InboundEvent, message: InboundMessage): string | null {
  if (message.content.kind === 'signal') return message.content.signal;
  // CodeChat v1 marks messages of a history sync this way. They were written before the bot was connected.
  const info = event.data['info'];
  const isHistory = typeof info === 'object' && info !== null && 'type' in info && info.type === 'append';
  return isHistory ? 'history' : null;
}

/** How old a human's message may be and still pause the chat, if `pause.resumeAfterMinutes` is 0. Older ones come from a history sync. */
const humanPauseMinutes = 1_440;

function ageReason(message: InboundMessage, settings: Settings, now: number): string | null {
  if (settings.staleAfterMinutes === 0 || message.timestamp === null) return null;
  const ageMs = now - message.timestamp * 1_000;
  return ageMs > staleAfterMinutes(message, settings) * 60_000 ? 'stale' : null;
}

/** A human's message is not answered. It says who has the chat, even if no worker ran for an hour. */
function staleAfterMinutes({ fromMe }: InboundMessage, { staleAfterMinutes: minutes, fromMe: policy, pause }: Settings): number {
  return fromMe && policy === 'pause' ? Math.max(minutes, pause.resumeAfterMinutes || humanPauseMinutes) : minutes;
}
