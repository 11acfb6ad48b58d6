import type { InboundEvent, InboundMessage } from '../inbound.ts';
import { type ChatAddress, namesOf } from '../identity.ts';
import { parseJid, type Jid } from '../jid.ts';
import type { Settings } from '../settings.ts';

/**
 * Whether a message may reach the bot at all, whatever the conversation's state. Returns the reason to ignore it, or null.
 * Order matters where several hold: what is no message comes first, then who wrote, then when.
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
  return whoIsIgnored(jid, namesOf(event, chat), settings) ?? whatIsIgnored(event, message) ?? whenIsIgnored(message, settings, now);
}

type Names = ReturnType<typeof namesOf>;

function whoIsIgnored(jid: Jid, names: Names, settings: Settings): string | null {
  if (jid.kind === 'status' || jid.kind === 'broadcast' || jid.kind === 'newsletter') return jid.kind;
  if (jid.kind === 'group' && settings.groups === 'ignore') return 'group';
  if (settings.ignoreJids.some((pattern) => matches(pattern, names))) return 'ignored_jid';
  if (settings.allowJids.length > 0 && !settings.allowJids.some((pattern) => matches(pattern, names))) return 'not_allowed_jid';
  return null;
}

/**
 * `@g.us`, `@s.whatsapp.net` or `@lid` stands for all chats of its kind, `5531*` for a prefix, anything else for one address. The last
 * two are looked for among all names of the contact and, in a group, of the participant.
 */
function matches(pattern: string, { chat, participant }: Names): boolean {
  if (pattern.startsWith('@')) return chat.some((name) => name.endsWith(pattern));
  const names = [...chat, ...participant];
  if (pattern.endsWith('*')) return names.some((name) => name.startsWith(pattern.slice(0, -1)));
  return names.includes(parseJid(pattern)?.key ?? pattern);
}

function whatIsIgnored(event: InboundEvent, message: InboundMessage): string | null {
  if (message.content.kind === 'signal') return message.content.signal;
  // CodeChat v1 marks messages of a history sync so; they were written before the bot was there.
  const info = event.data['info'];
  const isHistory = typeof info === 'object' && info !== null && 'type' in info && info.type === 'append';
  return isHistory ? 'history' : null;
}

/** So long a human is taken to have the chat where nothing hands it back by itself. What is older comes with a history. */
const humanPauseMinutes = 1_440;

function whenIsIgnored(message: InboundMessage, settings: Settings, now: number): string | null {
  if (settings.staleAfterMinutes === 0 || message.timestamp === null) return null;
  const ageMs = now - message.timestamp * 1_000;
  return ageMs > staleAfterMinutes(message, settings) * 60_000 ? 'stale' : null;
}

/** Nobody answers a human's words: they tell who has the chat, also after an hour in which no worker ran. */
function staleAfterMinutes({ fromMe }: InboundMessage, { staleAfterMinutes: minutes, fromMe: policy, pause }: Settings): number {
  return fromMe && policy === 'pause' ? Math.max(minutes, pause.resumeAfterMinutes || humanPauseMinutes) : minutes;
}
