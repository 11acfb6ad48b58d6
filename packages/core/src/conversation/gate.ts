import type { InboundEvent, InboundMessage } from '../inbound.ts';
import { parseJid, type Jid } from '../jid.ts';
import type { Settings } from '../settings.ts';

/**
 * Whether a message may reach the bot at all, whatever the conversation's state. Returns the reason to ignore it, or null.
 * Order matters where several hold: what is no message comes first, then who wrote, then when.
 */
export function gate(event: InboundEvent, message: InboundMessage, settings: Settings, now: number): string | null {
  if (event.event !== 'messages.upsert') return event.event === 'send.message' ? 'own_send' : 'other_event';
  const jid = parseJid(event.data.keyRemoteJid);
  if (!jid) return 'unknown_jid';
  return whoIsIgnored(jid, settings) ?? whatIsIgnored(event, message) ?? whenIsIgnored(message, settings, now);
}

function whoIsIgnored(jid: Jid, settings: Settings): string | null {
  if (jid.kind === 'status' || jid.kind === 'broadcast' || jid.kind === 'newsletter') return jid.kind;
  if (jid.kind === 'group' && settings.groups === 'ignore') return 'group';
  if (settings.ignoreJids.some((pattern) => matches(pattern, jid))) return 'ignored_jid';
  if (settings.allowJids.length > 0 && !settings.allowJids.some((pattern) => matches(pattern, jid))) return 'not_allowed_jid';
  return null;
}

/** `@g.us` and `@s.whatsapp.net` stand for all of their kind; `5531*` for a prefix. */
function matches(pattern: string, { jid }: Jid): boolean {
  if (pattern.startsWith('@')) return jid.endsWith(pattern);
  if (pattern.endsWith('*')) return jid.startsWith(pattern.slice(0, -1));
  return jid === (parseJid(pattern)?.jid ?? pattern);
}

function whatIsIgnored(event: InboundEvent, message: InboundMessage): string | null {
  if (message.content.kind === 'signal') return message.content.signal;
  // CodeChat v1 marks messages of a history sync so; they were written before the bot was there.
  const info = event.data['info'];
  const isHistory = typeof info === 'object' && info !== null && 'type' in info && info.type === 'append';
  return isHistory ? 'history' : null;
}

function whenIsIgnored(message: InboundMessage, settings: Settings, now: number): string | null {
  if (settings.staleAfterMinutes === 0 || message.timestamp === null) return null;
  const ageMs = now - message.timestamp * 1_000;
  return ageMs > settings.staleAfterMinutes * 60_000 ? 'stale' : null;
}
