import type { Sql } from 'postgres';

/** Milliseconds since 1970, by the database's clock. `nextAt`: when the next timer is to be looked at; null: none is set. */
export type TimerLook = { now: number; nextAt: number | null };

export async function lookAtTimers(sql: Sql<{ bigint: number }>): Promise<TimerLook> {
  const [row] = await sql<{ now: string; next: string | null }[]>`
    select extract(epoch from clock_timestamp()) * 1000 as now,
      (select extract(epoch from min(timer_at)) * 1000 from conversations where timer_at is not null) as next`;
  if (!row) throw new Error('The database told no time');
  return { now: Number(row.now), nextAt: row.next === null ? null : Number(row.next) };
}

/**
 * Rings the timers that are due by `until` (milliseconds since 1970): each puts the command `timeUp` into its chat's inbox and is cleared
 * in the same statement, so it rings at most once, however many processes do this. Returns the chats to ring for, and how many timers
 * were looked at in all: `limit` means that there may be more.
 *
 * `timer_at` is when to look, and never after `timer_due_at`: commits move only the latter, since the former is indexed.
 */
export async function fireTimers(
  sql: Sql<{ bigint: number }>,
  until: number,
  limit: number,
): Promise<{ chats: { conversationId: string; instanceId: string }[]; looked: number }> {
  const rows = await sql<{ conversation_id: string; instance_id: string; isDue: boolean }[]>`
    with chat as materialized (
      select conversation_id, instance_id, timer_due_at, coalesce(timer_due_at <= to_timestamp(${until}::float8 / 1000), false) as is_due
      from conversations where timer_at <= to_timestamp(${until}::float8 / 1000)
      order by timer_at limit ${limit}
      for no key update skip locked
    ), moved as (
      update conversations c set timer_at = chat.timer_due_at
      from chat where c.conversation_id = chat.conversation_id and not chat.is_due
    ), due as (
      update conversations c set in_seq = c.in_seq + 1, timer_at = null, timer_due_at = null, updated_at = clock_timestamp()
      from chat where c.conversation_id = chat.conversation_id and chat.is_due
      returning c.conversation_id, c.in_seq, chat.timer_due_at
    ), rung as (
      insert into inbox (conversation_id, seq, kind, from_me, key_id, message_id, event)
      select conversation_id, in_seq, 'command', true, 'timer-' || in_seq, 'timer-' || in_seq,
        jsonb_build_object('type', 'timeUp', 'dueAt', (extract(epoch from timer_due_at) * 1000)::bigint)
      from due
    )
    select conversation_id, instance_id, is_due as "isDue" from chat`;
  const chats = rows.filter(({ isDue }) => isDue).map((row) => ({ conversationId: row.conversation_id, instanceId: row.instance_id }));
  return { chats, looked: rows.length };
}
