import type { InboundContent, InboundEvent, InboundMessage } from './inbound.ts';
import { contactOf } from './inbound-content/contact.ts';
import type { Fields } from './inbound-content/fields.ts';
import { type Kind, unwrap } from './inbound-content/kinds.ts';
import { type Order, orderContent, orderIn } from './inbound-content/order.ts';
import { voteOf } from './inbound-content/vote.ts';
import { mediaOf } from './inbound-content/media.ts';
import { locationOf, protocolSignalOf, replyOf, tapOf, textOf } from './inbound-content/words.ts';
import { wordlessSignal } from './inbound-content/wordless.ts';
import { isBlank } from './normalise.ts';
import { clip, storable } from './whatsapp.ts';

/** Reads an event of any producer into one vocabulary. Never throws: content that cannot be read becomes `unknown`. */
export function readInbound({ data }: InboundEvent): InboundMessage {
  const sentByApi = data.source?.toLowerCase() === 'api';
  return {
    keyId: data.keyId,
    fromMe: data.keyFromMe ?? sentByApi,
    sentByApi,
    address: data.keyRemoteJid,
    participant: data.keyParticipant || null,
    pushName: clip(storable(data.pushName ?? ''), nameMax),
    contentType: data.contentType,
    timestamp: secondsOf(data.messageTimestamp),
    content: contentOf(data.contentType, data.content, data) ?? { kind: 'unknown' },
  };
}

/** Accepts CodeChat's short names (`image`) and Baileys' (`imageMessage`), with fields that are flat or nested under that name. */
function contentOf(contentType: string, content: Fields, event: Fields): InboundContent | null {
  const { kind, body } = unwrap(contentType, content);
  const read = readBody(kind, body, content, event);
  if (read !== null && !(read.kind === 'text' && isBlank(read.text))) return read;
  const signal = wordlessSignal(contentType, kind, body, [event, content]);
  return signal && { kind: 'signal', signal };
}

function readBody(kind: Kind | null, body: Fields, content: Fields, event: Fields): InboundContent | null {
  switch (kind) {
    case 'text':
      return tapOf(body) ?? textOf(body);
    case 'reply':
      return replyOf(body) ?? textOf(body);
    case 'location':
      return locationOf(body);
    case 'contact':
      return contactOf(body);
    case 'order':
      return orderContent(body);
    case 'vote':
      return voteOf(body);
    case 'reaction':
    case 'edit':
    case 'delete':
    case 'undecrypted':
    case 'album':
    case 'poll':
    case 'status_mention':
      return { kind: 'signal', signal: kind };
    case 'protocol':
      return protocolSignalOf(body);
    case 'image':
    case 'video':
    case 'audio':
    case 'document':
    case 'sticker':
      return mediaOf(kind, body, [content, event]);
    case 'wrapper':
    case null:
      return tapOf(body) ?? textOf(body, 'known names only');
    default:
      return kind satisfies never;
  }
}

/** The cart that a message is, for variables of the flow; null when it is none. */
export function orderOf({ data }: InboundEvent): Order | null {
  const { kind, body } = unwrap(data.contentType, data.content);
  return kind === 'order' ? orderIn(body) : null;
}

/** Characters of a contact's name that are of any use. */
const nameMax = 1_000;

/** As a number, as digits, or as the two halves of protobuf's `Long`. Some producers write milliseconds. */
function secondsOf(timestamp: InboundEvent['data']['messageTimestamp']): number | null {
  if (timestamp === null || timestamp === undefined || timestamp === '') return null;
  const time = typeof timestamp === 'object' ? (timestamp.low >>> 0) + (timestamp.high ?? 0) * 2 ** 32 : Number(timestamp);
  return time > 100_000_000_000 ? Math.floor(time / 1_000) : time;
}

/**
 * Whether an event is the message that its key id names. Receipts, reactions and events without words are not: they refer to a message that
 * may still arrive under the same id and must not count as a repetition of it.
 */
export function claimsKey(event: InboundEvent): boolean {
  if (event.event === 'send.message') return true;
  return event.event === 'messages.upsert' && readInbound(event).content.kind !== 'signal';
}
