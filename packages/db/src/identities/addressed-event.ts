import type { Jid, Pair } from '@typelane/core';
import type { Arrival } from '../conversations/ingest.ts';

/**
 * An event for the inbox of whoever it turns out to be from. Its `conversationId` and `jid` are made of the address alone; what is known
 * of the contact decides in which chat it is put.
 */
export type AddressedEvent = Arrival & {
  address: Jid;
  /** In a group: who wrote. */
  participant: Jid | null;
  /** The two names of the contact (in a group, of the participant) that the event tells. */
  pair: Pair | null;
};

/** A LID or a BSUID: a name that does not tell whose phone it is. */
export function isOtherName({ kind }: Jid): boolean {
  return kind === 'lid' || kind === 'bsuid';
}
