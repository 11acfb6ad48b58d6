import type { Sql } from 'postgres';

/**
 * Counts that a chat is taken up which the sweep found untouched: whoever had it may have died of the event at its head. A statement of its
 * own, before the event is so much as looked at. Returns how often that happened to this event, this time included; 0: there is nothing to
 * take up now. A commit that ends the event begins anew.
 */
export async function countTry(sql: Sql<{ bigint: number }>, conversationId: string): Promise<number> {
  const [row] = await sql<{ tries: number }[]>`
    update conversations set tries = tries + 1
    where conversation_id = ${conversationId} and in_seq > handled_seq
      and (open_call_until is null or open_call_until <= clock_timestamp())
      and (not_before is null or not_before <= clock_timestamp())
    returning tries`;
  return row?.tries ?? 0;
}

/** Whoever took the chat up lives: it was not the event's doing. */
export async function forgiveTries(sql: Sql<{ bigint: number }>, conversationId: string): Promise<void> {
  await sql`update conversations set tries = 0 where conversation_id = ${conversationId} and tries > 0`;
}
