import type { Sql } from 'postgres';
import type { Handed } from './acknowledge.ts';

/** Chats with something to do that nobody has touched for `quietMs`: their doorbell was lost, or whoever heard it. `tries`: see tries.ts. */
export async function forgottenChats(
  sql: Sql<{ bigint: number }>,
  quietMs: number,
  limit: number,
): Promise<{ conversationId: string; instanceId: string; tries: number }[]> {
  return sql`
    select conversation_id as "conversationId", instance_id as "instanceId", tries from conversations
    where in_seq > handled_seq
      and updated_at < clock_timestamp() - ${quietMs}::float8 * interval '1 millisecond'
      and (open_call_until is null or open_call_until <= clock_timestamp())
      and (not_before is null or not_before <= clock_timestamp())
      and (quiet_until is null or quiet_until <= clock_timestamp() or hold_seq > handled_seq)
    order by updated_at limit ${limit}`;
}

/** Replies handed out for longer than `quietMs` and not acknowledged: Redis may have forgotten them, or their receipt was missed. */
export async function unacknowledged(sql: Sql<{ bigint: number }>, quietMs: number, limit: number): Promise<Handed[]> {
  return sql`
    select reply_id as "replyId", seq, reply from outbox
    where handed_at is not null and acked_at is null and handed_at < clock_timestamp() - ${quietMs}::float8 * interval '1 millisecond'
    order by handed_at limit ${limit}`;
}

/** Chats whose next reply was decided and never handed out: the process that should have done it is gone. */
export async function unhanded(sql: Sql<{ bigint: number }>, quietMs: number, limit: number): Promise<string[]> {
  const rows = await sql<{ id: string }[]>`
    select c.conversation_id as id from outbox o join conversations c using (conversation_id)
    where o.handed_at is null and o.seq = c.acked_seq + 1 and c.hold_seq <= c.handled_seq
      and c.updated_at < clock_timestamp() - ${quietMs}::float8 * interval '1 millisecond'
    limit ${limit}`;
  return rows.map(({ id }) => id);
}

/** Rings for these chats were lost in the middle of a batch: pushes the quiet time forward, so that the next sweep takes others first. */
export async function touch(sql: Sql<{ bigint: number }>, conversationIds: string[]): Promise<void> {
  await sql`
    update conversations c set updated_at = clock_timestamp()
    from (select conversation_id from conversations where conversation_id = any(${conversationIds}::uuid[]) order by conversation_id for no key update) mine
    where c.conversation_id = mine.conversation_id`;
}
