import type { Sql } from 'postgres';
import type { DispatchedReply } from './acknowledge.ts';

/** Before every id: where a walk begins. */
export const firstId = '00000000-0000-0000-0000-000000000000';

/**
 * Chats behind `after`, in order of their ids, with something to do that nobody has touched for `quietMs`: their wake-up was lost, or
 * whoever heard it. Fewer than `limit`: there are no more. By id, so that one walk reads each waiting chat once. `tries`: see tries.ts.
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

/** These chats were woken: a sweep finds them again when nobody has touched them for its time and `restMs` more. */
export async function touch(sql: Sql<{ bigint: number }>, conversationIds: string[], restMs = 0): Promise<void> {
  await sql`
    update conversations c set updated_at = clock_timestamp() + ${restMs}::float8 * interval '1 millisecond'
    from (select conversation_id from conversations where conversation_id = any(${conversationIds}::uuid[]) order by conversation_id for no key update) mine
    where c.conversation_id = mine.conversation_id`;
}

/** A chat that looks again in `restMs`, with something to do: until then the sweep passes it over. */
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

/** `isFirstLook`: nobody has looked for it since it was handed out. */
export type Unacknowledged = DispatchedReply & { isFirstLook: boolean };

/** Replies handed out, or found on their way, for longer than `quietMs` and not acknowledged: Redis may have forgotten them, or their receipt was missed. */
export async function unacknowledged(sql: Sql<{ bigint: number }>, idleMs: number, limit: number): Promise<Unacknowledged[]> {
  return sql`
    select reply_id as "replyId", seq, reply, look_at is null as "isFirstLook" from outbox
    where dispatched_at is not null and acked_at is null
      -- By the statement's time: beside one that moves on the index would be read to its end.
      and coalesce(look_at, dispatched_at) < statement_timestamp() - ${idleMs}::float8 * interval '1 millisecond'
    order by coalesce(look_at, dispatched_at) limit ${limit}`;
}

/** Milliseconds at most between two looks for a reply that waits for its consumer. */
const restMsMax = 300_000;

/** These replies are on their way: they are looked for again when they have waited for as long once more, five minutes at most. */
export async function postponeLooks(sql: Sql<{ bigint: number }>, replyIds: string[]): Promise<void> {
  await sql`
    update outbox set look_at = clock_timestamp() + least(clock_timestamp() - dispatched_at, ${restMsMax} * interval '1 millisecond')
    where reply_id = any(${replyIds}::uuid[]) and acked_at is null`;
}

/** Redis was lost: all replies that it held are looked for. */
export async function clearLooks(sql: Sql<{ bigint: number }>): Promise<void> {
  await sql`update outbox set look_at = null where dispatched_at is not null and acked_at is null and look_at is not null`;
}

/** These replies are published once more. */
export async function markRedispatched(sql: Sql<{ bigint: number }>, replyIds: string[]): Promise<void> {
  await sql`
    update outbox set dispatched_at = clock_timestamp(), look_at = null where reply_id = any(${replyIds}::uuid[]) and acked_at is null`;
}

/** Chats whose next reply was decided and never handed out: the process that should have done it is gone. */
export async function undispatched(sql: Sql<{ bigint: number }>, idleMs: number, limit: number): Promise<string[]> {
  const rows = await sql<{ id: string }[]>`
    select c.conversation_id as id from outbox o join conversations c using (conversation_id)
    where o.dispatched_at is null and o.seq = c.acked_seq + 1 and c.held_seq <= c.handled_seq
      and c.updated_at < clock_timestamp() - ${idleMs}::float8 * interval '1 millisecond'
    limit ${limit}`;
  return rows.map(({ id }) => id);
}
