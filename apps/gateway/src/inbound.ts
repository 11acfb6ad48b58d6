import { createHash } from 'node:crypto';
import type { InboundEvent } from '@typelane/client';

type Said = {
  keyId: string;
  /** Where to answer: the phone's address where it is known. */
  jid: string;
  /** The other name of the chat, when the gateway told one. */
  otherJid?: string | null;
  participant?: string | null;
  participantOther?: string | null;
  fromMe?: boolean;
  /** Sent through the gateway's API: an echo. */
  byApi?: boolean;
  pushName?: string | null;
  contentType: string;
  content: Record<string, unknown>;
  /** Seconds since 1970. */
  timestamp?: number | null;
  quoted?: string | null;
};

/** A message as every producer publishes it. */
export function messageEvent(instanceId: string, said: Said): InboundEvent {
  const { keyId, jid, otherJid, fromMe = false, byApi = false, contentType, content } = said;
  return {
    event: byApi ? 'send.message' : 'messages.upsert',
    instance: { instanceId },
    data: {
      keyId,
      keyRemoteJid: jid,
      ...(otherJid && otherJid !== jid && { keyRemoteJidAlt: otherJid }),
      keyFromMe: fromMe,
      ...(said.participant && { keyParticipant: said.participant }),
      ...(said.participantOther && { keyParticipantAlt: said.participantOther }),
      ...(said.pushName && !fromMe && { pushName: said.pushName.slice(0, 1_000) }),
      contentType,
      content,
      ...(byApi && { source: 'api' }),
      ...(said.quoted && { quotedKeyId: said.quoted }),
      ...(said.timestamp && { messageTimestamp: Math.floor(said.timestamp) }),
    },
  };
}

/** `5531…:12@c.us` and `5531…@s.whatsapp.net` are one address. */
export function plainJid(jid: string): string {
  return jid.replace(/^(\d+)(?:\.\d+)?(?::\d+)?@/, '$1@').replace(/@c\.us$/, '@s.whatsapp.net');
}

/** The digits of a phone's address; null for other addresses. */
export function phoneOf(jid: string): string | null {
  return /^(\d+)(?::\d+)?@(?:s\.whatsapp\.net|c\.us)$/.exec(jid)?.[1] ?? null;
}

/** Of the names a message came with: the phone's address to answer to, and the other one. */
export function addressOf(names: readonly (string | null)[]): { jid: string; otherJid: string | null } | null {
  const told = names.filter((name) => name !== null && name !== '').map((name) => plainJid(name ?? ''));
  const jid = told.find((name) => phoneOf(name) !== null) ?? told[0];
  return jid === undefined ? null : { jid, otherJid: told.find((name) => name !== jid && phoneOf(name) === null) ?? null };
}

/** The id a message of ours has at gateways that take one: the same at every attempt, of the form WhatsApp Web makes. */
export function clientMessageId(messageId: string): string {
  return `3EB0${createHash('sha256').update(messageId).digest('hex').slice(0, 18).toUpperCase()}`;
}
