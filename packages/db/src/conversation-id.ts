import { createHash } from 'node:crypto';
import { conversationKey, type Jid } from '@typelane/core';

/**
 * A UUID (version 8) made of the chat's key: the same chat has the same id in every process, before its row exists. `participant`: of a
 * group where each has a conversation of their own.
 */
export function conversationId(instanceId: string, jid: Jid, participant: Jid | null = null): string {
  return uuidOf(conversationKey(instanceId, jid, participant));
}

/** A UUID (version 8) made of a text. */
export function uuidOf(text: string): string {
  const hex = createHash('sha256').update(text).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
