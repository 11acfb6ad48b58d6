import { createHash } from 'node:crypto';
import { conversationKey, type Jid } from '@typelane/core';

/**
 * A UUID (version 8) derived from the conversation's key: every process computes the same id, even before the row exists. `participant`:
 * only in a group with one conversation per participant.
 */
export function conversationId(instanceId: string, jid: Jid, participant: Jid | null = null): string {
  return uuidOf(conversationKey(instanceId, jid, participant));
}

/** A UUID (version 8) derived from a text. */
export function uuidOf(text: string): string {
  const hex = createHash('sha256').update(text).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

/** One event of a conversation. */
export type EventPlace = { conversationId: string; seq: number };

/** The id of the dead letter that this event is, or would be. */
export function deadLetterIdOf({ conversationId: id, seq }: EventPlace): string {
  return uuidOf(`dead-letter|${id}|${seq}`);
}

/** The id of an event's turn in the API: `<conversation id>.<seq>`. */
export function turnIdOf({ conversationId: id, seq }: EventPlace): string {
  return `${id}.${seq}`;
}

/** Null: the text is not the id of a turn. */
export function parseTurnId(turnId: string): EventPlace | null {
  const [, id, seq] = /^([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\.([1-9]\d{0,14})$/.exec(turnId) ?? [];
  return id && seq ? { conversationId: id, seq: Number(seq) } : null;
}
