import type { Sql } from 'postgres';

/**
 * Counts that a chat is taken up which the sweep found untouched: whoever had it may have died of the event at its head. A statement of its
 * own, before the event is so much as looked at. Returns how often that happened to this event, this time included; 0: there is nothing to
 * take up now. A commit that ends the event begins anew.
 */
export async function countDeliveryAttempt(sql: Sql<{ bigint: number }>, conversationId: string): Promise<number> {
  const [row] = await sql<{ deliveryAttempts: number }[]>`
    update conversations set delivery_attempts = delivery_attempts + 1
    where conversation_id = ${conversationId} and ${isReady(sql)}
    returning delivery_attempts as "deliveryAttempts"`;
  return row?.deliveryAttempts ?? 0;
}

/**
 * Counts the first try of a chat whose contact wrote on behind work that had been waiting for long. False: there is nothing to take up now,
 * or a try was counted before. Of several who come by such a message one takes the chat up, and only the sweep, which comes seldom, counts on.
 */
export async function countFirstDeliveryAttempt(sql: Sql<{ bigint: number }>, conversationId: string): Promise<boolean> {
  const counted = await sql`
    update conversations set delivery_attempts = 1 where conversation_id = ${conversationId} and delivery_attempts = 0 and ${isReady(sql)} returning delivery_attempts as "deliveryAttempts"`;
  return counted.length > 0;
}

/** Whoever took the chat up lives: it was not the event's doing. */
export async function resetDeliveryAttempts(sql: Sql<{ bigint: number }>, conversationId: string): Promise<void> {
  await sql`update conversations set delivery_attempts = 0 where conversation_id = ${conversationId} and delivery_attempts > 0`;
}

const isReady = (sql: Sql<{ bigint: number }>) => sql`in_seq > handled_seq
  and (open_call_until is null or open_call_until <= clock_timestamp())
  and (not_before is null or not_before <= clock_timestamp())`;
