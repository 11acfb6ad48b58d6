import type { InboundEvent } from './inbound.ts';
import { type Jid, parseJid, type PhoneJid } from './jid.ts';

/** Two names of one person: the phone, which names the conversation, and a LID or BSUID. */
export type Pair = { phone: PhoneJid; other: Jid };

type Data = InboundEvent['data'];
/** Where a gateway writes another name of the same person. `digits`: it may be a phone without its server. */
type Field = { name: string; digits?: true };

/** Beside `keyRemoteJid`; each also in `data.key`, as Evolution and Baileys nest it. These speak of the chat whoever wrote. */
const ofTheChat: readonly Field[] = [{ name: 'keyRemoteJidAlt' }, { name: 'remoteJidAlt' }];
/** These speak of the sender: in a message from our own phone that is not the contact. */
const ofTheSender: readonly Field[] = [
  { name: 'keyLid' },
  { name: 'senderLid' },
  { name: 'senderPn' },
  { name: 'userId' },
  { name: 'fromUserId' },
  { name: 'from_user_id' },
  { name: 'waId', digits: true },
  { name: 'wa_id', digits: true },
];
const ofTheParticipant: readonly Field[] = [
  { name: 'keyParticipantLid' },
  { name: 'keyParticipantAlt' },
  { name: 'participantAlt' },
  { name: 'participantLid' },
  { name: 'participantPn' },
];

/**
 * The pair of names an event tells of who wrote it: of the contact, in a group of the participant. Null when it tells one name only, or
 * what stands beside it is no name of a person. Nothing a producer can write makes it throw.
 */
export function pairOf({ data }: InboundEvent): Pair | null {
  const chat = parseJid(data.keyRemoteJid);
  if (chat?.kind === 'group') return firstPair(participantIn(data), data, ofTheParticipant);
  const fromMe = data.keyFromMe ?? data.source?.toLowerCase() === 'api';
  return firstPair(chat, data, fromMe ? ofTheChat : [...ofTheChat, ...ofTheSender]);
}

/** Who wrote in a group, by the name the event came with; null outside of groups, or when it tells nobody. */
export function participantOf({ data }: InboundEvent): Jid | null {
  return parseJid(data.keyRemoteJid)?.kind === 'group' ? participantIn(data) : null;
}

/** Where a conversation stands: its own address and, in a group where each has a conversation of their own, whose it is. */
export type ChatAddress = { jid: string; participant: string | null };

/** The names of a chat, and those of who wrote in it when it is a group: as they came and canonical, from the event and from before. */
export function namesOf(event: InboundEvent, chat: ChatAddress): { chat: string[]; participant: string[] } {
  const address = parseJid(event.data.keyRemoteJid);
  const pair = pairOf(event);
  const told = pair ? [pair.phone, pair.other] : [];
  if (address?.kind !== 'group') return { chat: forms([address, known(chat.jid), ...told]), participant: [] };
  return { chat: forms([address]), participant: forms([participantOf(event), known(chat.participant), ...told]) };
}

/** The phone of who wrote, in digits as WhatsApp has them; empty when nothing has told it. */
export function phoneOf(event: InboundEvent, chat: ChatAddress): string {
  const address = parseJid(event.data.keyRemoteJid);
  const isGroup = address?.kind === 'group';
  const names = isGroup ? [participantOf(event), known(chat.participant)] : [address, known(chat.jid)];
  for (const jid of [...names, pairOf(event)?.phone]) if (jid?.kind === 'phone') return jid.phone;
  return '';
}

function firstPair(own: Jid | null, data: Data, fields: readonly Field[]): Pair | null {
  if (own === null) return null;
  for (const source of [data, data['key']]) {
    for (const field of fields) {
      const pair = asPair(own, nameIn(source, field));
      if (pair) return pair;
    }
  }
  return null;
}

function asPair(a: Jid, b: Jid | null): Pair | null {
  if (b === null) return null;
  if (a.kind === 'phone' && isOther(b)) return { phone: a, other: b };
  return b.kind === 'phone' && isOther(a) ? { phone: b, other: a } : null;
}

function isOther({ kind }: Jid): boolean {
  return kind === 'lid' || kind === 'bsuid';
}

function participantIn(data: Data): Jid | null {
  const names = [data.keyParticipant, textIn(data, 'keyParticipantLid'), textIn(data['key'], 'participant')];
  return names.map(known).find((jid) => jid !== null) ?? null;
}

function nameIn(source: unknown, { name, digits }: Field): Jid | null {
  const text = textIn(source, name);
  return digits && text !== null && /^\d+$/.test(text) ? parseJid(`${text}@s.whatsapp.net`) : known(text);
}

function textIn(source: unknown, name: string): string | null {
  const value = typeof source === 'object' && source !== null ? (source as Record<string, unknown>)[name] : null;
  return typeof value === 'string' ? value : null;
}

function known(text: string | null | undefined): Jid | null {
  return text ? parseJid(text) : null;
}

function forms(jids: (Jid | null)[]): string[] {
  return [...new Set(jids.flatMap((jid) => (jid ? [jid.jid, jid.key] : [])))];
}
