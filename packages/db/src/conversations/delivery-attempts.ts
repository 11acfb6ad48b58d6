import type { Sql } from 'postgres';

/**
 * Counts a redelivery by the sweep: the event at the head may have killed the worker before. A statement of its own, made before the event is
 * loaded. Returns the number of delivery attempts of this event, this one included; 0: nothing can be handled now. The commit that ends the
 * event resets the count.
 */
export async function countDeliveryAttempt(sql: Sql<{ bigint: number }>, conversationId: string): Promise<number> {
  const [row] = await sql<{ deliveryAttempts: number }[]>`
    update conversations set delivery_attempts = delivery_attempts + 1
    where conversation_id = ${conversationId} and ${isReady(sql)}
    returning delivery_attempts as "deliveryAttempts"`;
  return row?.deliveryAttempts ?? 0;
}

/**
 * Counts the first delivery attempt of a conversation whose contact sent something behind overdue work. False: nothing can be handled now, or
 * an attempt was counted before. So of several such messages one starts the turn, and further attempts are left to the infrequent sweep.
 */
export async function countFirstDeliveryAttempt(sql: Sql<{ bigint: number }>, conversationId: string): Promise<boolean> {
  const counted = await sql`
    update conversations set delivery_attempts = 1 where conversation_id = ${conversationId} and delivery_attempts = 0 and ${isReady(sql)} returning 1`;
  return counted.length > 0;
}

/** The worker survived, so the event is harmless. */
export async function resetDeliveryAttempts(sql: Sql<{ bigint: number }>, conversationId: string): Promise<void> {
  await sql`update conversations set delivery_attempts = 0 where conversation_id = ${conversationId} and delivery_attempts > 0`;
}

const isReady = (sql: Sql<{ bigint: number }>) => sql`in_seq > handled_seq
  and (open_call_until is null or open_call_until <= clock_timestamp())
  and (not_before is null or not_before <= clock_timestamp())`;
