import type { Sql } from 'postgres';
import type { SessionEvent } from '@typelane/core';

/**
 * Hands session_events that nobody has been told of to the webhooks of their instances. Returns how many were looked at; fewer
 * than `limit`: there are no more. Several processes may do it at once.
 */
export async function createDeliveries(sql: Sql<{ bigint: number }>, limit: number): Promise<number> {
  const rows = await sql`
    with fresh as materialized (
      select session_event_id, instance_id, type from session_events
      where published_at is null order by place limit ${limit} for update skip locked
    ), listening as materialized (
      select f.session_event_id, w.webhook_id from fresh f join webhooks w using (instance_id)
      where w.enabled and (w.types = '{}' or f.type = any(w.types))
      for key share of w
    ), handed as (
      insert into webhook_deliveries (session_event_id, webhook_id) select session_event_id, webhook_id from listening
      on conflict do nothing
    )
    update session_events a set published_at = clock_timestamp()
    from fresh f where a.session_event_id = f.session_event_id
    returning a.session_event_id`;
  return rows.length;
}

/** What is to be put on the queue, of each chat in the order of its steps. By what was not done yet, never behind a greatest place: those commit late. */
export async function unqueued(sql: Sql<{ bigint: number }>, limit: number): Promise<SessionEvent[]> {
  const rows = await sql<SessionEventRow[]>`
    select session_event_id, type, data, (extract(epoch from created_at) * 1000)::float8 as at from session_events where queued_at is null order by place limit ${limit}`;
  return rows.map(sessionEventOf);
}

export async function markQueued(sql: Sql<{ bigint: number }>, sessionEventIds: string[]): Promise<void> {
  await sql`
    update session_events set queued_at = clock_timestamp() where session_event_id = any(${sessionEventIds}::uuid[]) and queued_at is null`;
}

/** Removes session_events that are older than `ageMs`, whoever was told of them, with their deliveries. Returns how many; at most `limit`. */
export async function deleteOldSessionEvents(sql: Sql<{ bigint: number }>, ageMs: number, limit: number): Promise<number> {
  const rows = await sql`
    with old as (
      select session_event_id from session_events
      where published_at is not null and created_at < now() - ${ageMs}::float8 * interval '1 millisecond'
      order by created_at limit ${limit} for update skip locked
    ), undelivered as (
      delete from webhook_deliveries d using old where d.session_event_id = old.session_event_id
    )
    delete from session_events a using old where a.session_event_id = old.session_event_id
    returning a.session_event_id`;
  return rows.length;
}

/** `at`: milliseconds since 1970. */
export type SessionEventRow = { session_event_id: string; type: string; data: Record<string, unknown>; at: number };

/** Rows are written by announce.ts and dead-letters.ts only, in the shape of core's schema. */
export function sessionEventOf({ session_event_id: sessionEventId, type, data, at }: SessionEventRow): SessionEvent {
  return {
    schemaVersion: 1,
    type,
    timestamp: new Date(Math.round(at)).toISOString(),
    data: { sessionEventId: sessionEventId, ...data },
  } as SessionEvent;
}
