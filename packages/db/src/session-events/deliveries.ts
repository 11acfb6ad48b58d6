import type { Sql } from 'postgres';
import { type SessionEventRow, sessionEventOf } from './relay.ts';

/** An attempt to be made now. `attempt`: from 1. `secret`: sealed. */
export type DueDelivery = {
  sessionEventId: string;
  webhookId: string;
  attempt: number;
  url: string;
  secret: string;
  type: string;
  /** Of core's announcement, or of a `ping`. */
  body: object;
};

export type ClaimLimits = {
  /** Attempts taken at most. */
  limit: number;
  /** Of one webhook, those under way in this process included. */
  perWebhook: number;
  /** Attempts under way in this process, by webhook. */
  underWay: ReadonlyMap<string, number>;
  /** Milliseconds until another process may make the attempt again: longer than one can take. */
  claimMs: number;
};

/**
 * Takes deliveries that are due. The webhooks with something waiting are found by skipping through the index, and taken in any
 * order, a few of each: one with a thousand failures in its way holds up nobody else's.
 */
export async function claimDeliveries(
  sql: Sql<{ bigint: number }>,
  { limit, perWebhook, underWay, claimMs }: ClaimLimits,
): Promise<DueDelivery[]> {
  const rows = await sql<(SessionEventRow & { webhook_id: string; attempts: number; url: string; secret: string })[]>`
    with recursive waiting as (
      (select webhook_id from webhook_deliveries where next_at is not null order by webhook_id limit 1)
      union all
      select (
        select d.webhook_id from webhook_deliveries d
        where d.next_at is not null and d.webhook_id > w.webhook_id order by d.webhook_id limit 1
      ) from waiting w where w.webhook_id is not null
    ), free as materialized (
      select w.webhook_id, ${perWebhook}::int - coalesce(u.count, 0) as room
      from waiting w
      left join unnest(${[...underWay.keys()]}::uuid[], ${[...underWay.values()]}::int[]) as u (webhook_id, count) using (webhook_id)
      where w.webhook_id is not null and coalesce(u.count, 0) < ${perWebhook}::int
      order by random()
    ), due as materialized (
      select d.session_event_id, d.webhook_id
      from free f cross join lateral (
        select session_event_id, webhook_id from webhook_deliveries
        where webhook_id = f.webhook_id and next_at <= statement_timestamp()
        order by next_at limit f.room for update skip locked
      ) d
      limit ${limit}
    ), claimed as (
      update webhook_deliveries d
      set attempts = d.attempts + 1, next_at = clock_timestamp() + ${claimMs}::float8 * interval '1 millisecond'
      from due where d.session_event_id = due.session_event_id and d.webhook_id = due.webhook_id
      returning d.session_event_id, d.webhook_id, d.attempts
    )
    select c.*, w.url, w.secret, a.type, a.data, (extract(epoch from a.created_at) * 1000)::float8 as at
    from claimed c join webhooks w using (webhook_id) join session_events a using (session_event_id)
    order by a.place`;
  return rows.map((row) => ({
    sessionEventId: row.session_event_id,
    webhookId: row.webhook_id,
    attempt: row.attempts,
    url: row.url,
    secret: row.secret,
    type: row.type,
    body: sessionEventOf(row),
  }));
}

type Attempt = Pick<DueDelivery, 'sessionEventId' | 'webhookId' | 'attempt'>;

/** The receiver took it. That also ends the time for which its webhook has failed. */
export async function settleDelivered(sql: Sql<{ bigint: number }>, { sessionEventId, webhookId }: Attempt): Promise<void> {
  await sql`
    with delivered as (
      update webhook_deliveries set delivered_at = clock_timestamp(), next_at = null, failure = null
      where session_event_id = ${sessionEventId} and webhook_id = ${webhookId}
    )
    update webhooks set failing_since = null where webhook_id = ${webhookId} and failing_since is not null`;
}

/**
 * The attempt failed; the next is made in `retryMs`, null: none. Changes nothing when the attempt was taken over by another
 * process, or the announcement was delivered by one.
 */
export async function settleFailed(
  sql: Sql<{ bigint: number }>,
  { sessionEventId, webhookId, attempt }: Attempt,
  failure: string,
  retryMs: number | null,
): Promise<void> {
  await sql`
    update webhook_deliveries
    set failure = ${failure}, next_at = case when next_at is not null then clock_timestamp() + ${retryMs}::float8 * interval '1 millisecond' end
    where session_event_id = ${sessionEventId} and webhook_id = ${webhookId} and attempts = ${attempt} and delivered_at is null`;
}

/** Notes that a webhook fails. Returns for how many milliseconds it has. */
export async function noteFailing(sql: Sql<{ bigint: number }>, webhookId: string): Promise<number> {
  const [row] = await sql<{ ms: number }[]>`
    with begun as (
      update webhooks set failing_since = clock_timestamp() where webhook_id = ${webhookId} and failing_since is null
    )
    select coalesce(extract(epoch from clock_timestamp() - failing_since) * 1000, 0)::float8 as ms
    from webhooks where webhook_id = ${webhookId}`;
  return row?.ms ?? 0;
}

/** Switches a webhook off for `reason`; what waited for it is given up. Returns whether it was on. */
export async function switchOff(sql: Sql<{ bigint: number }>, webhookId: string, reason: string): Promise<boolean> {
  const rows = await sql`
    with off as (
      update webhooks set enabled = false, disabled_reason = ${reason}, updated_at = clock_timestamp()
      where webhook_id = ${webhookId} and enabled
      returning webhook_id
    ), given_up as (
      update webhook_deliveries d set next_at = null from off where d.webhook_id = off.webhook_id and d.next_at is not null
    )
    select from off`;
  return rows.length > 0;
}
