import type { Sql } from 'postgres';
import type { SessionEvent } from '@typelane/core';

/**
 * Creates deliveries of new session events to the webhooks of their instances. Returns how many events were read; fewer than `limit` means
 * that there are no more. Several processes may run it at the same time.
 */
export async function createDeliveries(sql: Sql<{ bigint: number }>, limit: number): Promise<number> {
  const rows = await sql`
    with fresh as materialized (
      select session_event_id, instance_id, type from session_events
      where published_at is null order by place limit ${limit} for update skip locked
    ), delivery as materialized (
      select f.session_event_id, w.webhook_id from fresh f join webhooks w using (instance_id)
      where w.enabled and (w.types = '{}' or f.type = any(w.types))
      for key share of w
    ), created as (
      insert into webhook_deliveries (session_event_id, webhook_id) select session_event_id, webhook_id from delivery
      on conflict do nothing
    )
    update session_events e set published_at = clock_timestamp()
    from fresh f where e.session_event_id = f.session_event_id
    returning e.session_event_id`;
  return rows.length;
}

/** Session events to put on the queue, in the order of steps within a conversation. Not read from a high-water mark of `place`: places commit out of order. */
export async function unqueued(sql: Sql<{ bigint: number }>, limit: number): Promise<SessionEvent[]> {
  const rows = await sql<SessionEventRow[]>`
    select session_event_id, type, data, (extract(epoch from created_at) * 1000)::float8 as at from session_events where queued_at is null order by place limit ${limit}`;
  return rows.map(sessionEventOf);
}

export async function markQueued(sql: Sql<{ bigint: number }>, sessionEventIds: string[]): Promise<void> {
  await sql`
    update session_events set queued_at = clock_timestamp() where session_event_id = any(${sessionEventIds}::uuid[]) and queued_at is null`;
}

/** Deletes session events older than `ageMs` with their deliveries, delivered or not. Returns how many, at most `limit`. */
export async function deleteOldSessionEvents(sql: Sql<{ bigint: number }>, ageMs: number, limit: number): Promise<number> {
  const rows = await sql`
    with old as (
      select session_event_id from session_events
      where published_at is not null and created_at < now() - ${ageMs}::float8 * interval '1 millisecond'
      order by created_at limit ${limit} for update skip locked
    ), undelivered as (
      delete from webhook_deliveries d using old where d.session_event_id = old.session_event_id
    )
    delete from session_events e using old where e.session_event_id = old.session_event_id
    returning e.session_event_id`;
  return rows.length;
}

/** `at`: in milliseconds since 1970. */
export type SessionEventRow = { session_event_id: string; type: string; data: Record<string, unknown>; at: number };

/** Only this package writes these rows, in the shape of core's schema. */
export function sessionEventOf({ session_event_id: sessionEventId, type, data, at }: SessionEventRow): SessionEvent {
  return {
    schemaVersion: 1,
    type,
    timestamp: new Date(Math.round(at)).toISOString(),
    data: { sessionEventId, ...data },
  } as SessionEvent;
}
