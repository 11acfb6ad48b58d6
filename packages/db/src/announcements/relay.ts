import type { Sql } from 'postgres';
import type { Announcement } from '@typelane/core';

/**
 * Hands announcements that nobody has been told of to the webhooks of their instances. Returns how many were looked at; fewer
 * than `limit`: there are no more. Several processes may do it at once.
 */
export async function handToWebhooks(sql: Sql<{ bigint: number }>, limit: number): Promise<number> {
  const rows = await sql`
    with fresh as materialized (
      select announcement_id, instance_id, type from announcements
      where published_at is null order by place limit ${limit} for update skip locked
    ), listening as materialized (
      select f.announcement_id, w.webhook_id from fresh f join webhooks w using (instance_id)
      where w.enabled and (w.types = '{}' or f.type = any(w.types))
      for key share of w
    ), handed as (
      insert into webhook_deliveries (announcement_id, webhook_id) select announcement_id, webhook_id from listening
      on conflict do nothing
    )
    update announcements a set published_at = clock_timestamp()
    from fresh f where a.announcement_id = f.announcement_id
    returning a.announcement_id`;
  return rows.length;
}

/** What is to be put on the queue, of each chat in the order of its steps. By what was not done yet, never behind a greatest place: those commit late. */
export async function unqueued(sql: Sql<{ bigint: number }>, limit: number): Promise<Announcement[]> {
  const rows = await sql<AnnouncementRow[]>`
    select announcement_id, type, data, (extract(epoch from created_at) * 1000)::float8 as at from announcements where queued_at is null order by place limit ${limit}`;
  return rows.map(announcementOf);
}

export async function markQueued(sql: Sql<{ bigint: number }>, announcementIds: string[]): Promise<void> {
  await sql`
    update announcements set queued_at = clock_timestamp() where announcement_id = any(${announcementIds}::uuid[]) and queued_at is null`;
}

/** Removes announcements that are older than `ageMs`, whoever was told of them, with their deliveries. Returns how many; at most `limit`. */
export async function forgetAnnouncements(sql: Sql<{ bigint: number }>, ageMs: number, limit: number): Promise<number> {
  const rows = await sql`
    with old as (
      select announcement_id from announcements
      where published_at is not null and created_at < now() - ${ageMs}::float8 * interval '1 millisecond'
      order by created_at limit ${limit} for update skip locked
    ), undelivered as (
      delete from webhook_deliveries d using old where d.announcement_id = old.announcement_id
    )
    delete from announcements a using old where a.announcement_id = old.announcement_id
    returning a.announcement_id`;
  return rows.length;
}

/** `at`: milliseconds since 1970. */
export type AnnouncementRow = { announcement_id: string; type: string; data: Record<string, unknown>; at: number };

/** Rows are written by announce.ts and dead-letters.ts only, in the shape of core's schema. */
export function announcementOf({ announcement_id: announcementId, type, data, at }: AnnouncementRow): Announcement {
  return { schemaVersion: 1, type, timestamp: new Date(Math.round(at)).toISOString(), data: { announcementId, ...data } } as Announcement;
}
