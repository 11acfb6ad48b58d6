import type { InboundEvent } from './inbound.ts';
import { type Jid, parseJid, type PhoneJid } from './jid.ts';

/** Two names of one person: the phone, which names the conversation, and a LID or BSUID. */
export type Pair = { phone: PhoneJid; other: Jid };

type Data = InboundEvent['data'];
/** A field in which a gateway writes another name of the same person. `digits`: it may hold a phone without the server part. */
type Field = { name: string; digits?: true };

/** Each may also be in `data.key`, where Evolution and Baileys put it. These always name the chat. */
const ofTheChat: readonly Field[] = [{ name: 'keyRemoteJidAlt' }, { name: 'remoteJidAlt' }];
/** These name the sender, who is not the contact if the message comes from our own phone. */
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
 * Two names of the contact, or, in a group, of the participant, if the event contains both. Null: it contains only one, or the other value is
 * not a person's name. Never throws, whatever the producer wrote.
 */
export function pairOf({ data }: InboundEvent): Pair | null {
  const chat = parseJid(data.keyRemoteJid);
  if (chat?.kind === 'group') return firstPair(participantIn(data), data, ofTheParticipant);
  const fromMe = data.keyFromMe ?? data.source?.toLowerCase() === 'api';
  return firstPair(chat, data, fromMe ? ofTheChat : [...ofTheChat, ...ofTheSender]);
}

/** The participant who wrote in a group, by the name in the event. Null: not a group, or no name. */
export function participantOf({ data }: InboundEvent): Jid | null {
  return parseJid(data.keyRemoteJid)?.kind === 'group' ? participantIn(data) : null;
}

/** A conversation's address, and its participant if each participant of a group has a separate conversation. */
export type ChatAddress = { jid: string; participant: string | null };

/** All known names of the chat and, in a group, of the participant: in normal and canonical form, from the event and from `chat`. */
export function namesOf(event: InboundEvent, chat: ChatAddress): { chat: string[]; participant: string[] } {
  const address = parseJid(event.data.keyRemoteJid);
  const pair = pairOf(event);
  const paired = pair ? [pair.phone, pair.other] : [];
  if (address?.kind !== 'group') return { chat: forms([address, known(chat.jid), ...paired]), participant: [] };
  return { chat: forms([address]), participant: forms([participantOf(event), known(chat.participant), ...paired]) };
}

/** The sender's phone in digits, as WhatsApp writes them. Empty: unknown. */
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
