import type { Sql } from 'postgres';
import type { DispatchedReply } from './acknowledge.ts';

/** Sorts before every id. */
export const firstId = '00000000-0000-0000-0000-000000000000';

/**
 * Conversations after the id `after`, in id order, with work that no worker has touched for `idleMs`: their wake-up was lost, or their worker
 * died. Fewer than `limit` means that there are no more. In id order, so that one pass reads each conversation once.
 */
export async function forgottenChats(
  sql: Sql<{ bigint: number }>,
  idleMs: number,
  limit: number,
  after: string,
): Promise<{ conversationId: string; deliveryAttempts: number }[]> {
  return sql`
    select conversation_id as "conversationId", delivery_attempts as "deliveryAttempts" from conversations
    where in_seq > handled_seq and conversation_id > ${after}
      and updated_at < clock_timestamp() - ${idleMs}::float8 * interval '1 millisecond'
      and (open_call_until is null or open_call_until <= clock_timestamp())
      and (not_before is null or not_before <= clock_timestamp())
      and (quarantine_until is null or quarantine_until <= clock_timestamp() or held_seq > handled_seq)
    order by conversation_id limit ${limit}`;
}

/** Marks conversations as woken. The sweep finds them again after its idle time plus `restMs`. */
export async function touch(sql: Sql<{ bigint: number }>, conversationIds: string[], restMs = 0): Promise<void> {
  await sql`
    update conversations c set updated_at = clock_timestamp() + ${restMs}::float8 * interval '1 millisecond'
    from (select conversation_id from conversations where conversation_id = any(${conversationIds}::uuid[]) order by conversation_id for no key update) mine
    where c.conversation_id = mine.conversation_id`;
}

/** A conversation with work that its process checks again in `restMs`; until then the sweep skips it. */
export type PostponedChat = { conversationId: string; restMs: number };

export async function postponeSweep(sql: Sql<{ bigint: number }>, chats: PostponedChat[]): Promise<void> {
  await sql`
    update conversations c set updated_at = clock_timestamp() + mine.rest_ms * interval '1 millisecond'
    from (
      select conversation_id, rest_ms
      from conversations
        join unnest(${chats.map((chat) => chat.conversationId)}::uuid[], ${chats.map((chat) => chat.restMs)}::float8[]) as r (conversation_id, rest_ms)
          using (conversation_id)
      where in_seq > handled_seq
      order by conversation_id for no key update of conversations
    ) mine
    where c.conversation_id = mine.conversation_id`;
}

/** `isFirstLook`: the sweep has not checked it since it was dispatched. */
export type Unacknowledged = DispatchedReply & { isFirstLook: boolean };

/** Unacknowledged replies that were dispatched, or last checked, more than `idleMs` ago: Redis may have lost them, or their receipt was missed. */
export async function unacknowledged(sql: Sql<{ bigint: number }>, idleMs: number, limit: number): Promise<Unacknowledged[]> {
  return sql`
    select reply_id as "replyId", seq, reply, look_at is null as "isFirstLook" from outbox
    where dispatched_at is not null and acked_at is null
      -- With clock_timestamp(), which changes during the statement, PostgreSQL would read the index to its end.
      and coalesce(look_at, dispatched_at) < statement_timestamp() - ${idleMs}::float8 * interval '1 millisecond'
    order by coalesce(look_at, dispatched_at) limit ${limit}`;
}

/** The longest time between two checks of a reply that waits for its consumer. */
const restMsMax = 300_000;

/** These replies are still on the queue. They are checked again after as long as they have waited so far, at most five minutes. */
export async function postponeLooks(sql: Sql<{ bigint: number }>, replyIds: string[]): Promise<void> {
  await sql`
    update outbox set look_at = clock_timestamp() + least(clock_timestamp() - dispatched_at, ${restMsMax} * interval '1 millisecond')
    where reply_id = any(${replyIds}::uuid[]) and acked_at is null`;
}

/** Redis was lost: all replies that were on the queue are checked again. */
export async function clearLooks(sql: Sql<{ bigint: number }>): Promise<void> {
  await sql`update outbox set look_at = null where dispatched_at is not null and acked_at is null and look_at is not null`;
}

/** These replies were published again. */
export async function markRedispatched(sql: Sql<{ bigint: number }>, replyIds: string[]): Promise<void> {
  await sql`
    update outbox set dispatched_at = clock_timestamp(), look_at = null where reply_id = any(${replyIds}::uuid[]) and acked_at is null`;
}

/** Conversations whose next reply was decided and never dispatched, because the process died. */
export async function undispatched(sql: Sql<{ bigint: number }>, idleMs: number, limit: number): Promise<string[]> {
  const rows = await sql<{ id: string }[]>`
    select c.conversation_id as id from outbox o join conversations c using (conversation_id)
    where o.dispatched_at is null and o.seq = c.acked_seq + 1 and c.held_seq <= c.handled_seq
      and c.updated_at < clock_timestamp() - ${idleMs}::float8 * interval '1 millisecond'
    limit ${limit}`;
  return rows.map(({ id }) => id);
}
