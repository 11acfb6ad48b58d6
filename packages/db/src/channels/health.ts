import type { Sql } from 'postgres';
import { toText } from '../json.ts';

/** What a gateway process saw of a channel since it last told; times in milliseconds since 1970. */
export type ChannelSighting = {
  channelId: string;
  connection: { state: string; at: number } | null;
  inboundAt: number | null;
  acknowledgedAt: number | null;
  problem: { text: string; at: number } | null;
};

/** Puts what was seen on record. Several processes tell of the same channel; the latest time of each field stays. */
export async function noteSightings(sql: Sql<{ bigint: number }>, sightings: ChannelSighting[]): Promise<void> {
  if (sightings.length === 0) return;
  const iso = (ms: number | null | undefined): string | null => (ms === null || ms === undefined ? null : new Date(ms).toISOString());
  const rows = sightings.map(({ channelId, connection, inboundAt, acknowledgedAt, problem }) => ({
    channel_id: channelId,
    connection: connection && toText(connection.state),
    connection_at: iso(connection?.at),
    inbound_at: iso(inboundAt),
    acknowledged_at: iso(acknowledgedAt),
    problem: problem && toText(problem.text),
    problem_at: iso(problem?.at),
  }));
  await sql`
    update channels c set
      connection = case when s.connection_at >= coalesce(c.connection_at, '-infinity') then s.connection else c.connection end,
      connection_at = greatest(c.connection_at, s.connection_at),
      last_inbound_at = greatest(c.last_inbound_at, s.inbound_at),
      last_acknowledged_at = greatest(c.last_acknowledged_at, s.acknowledged_at),
      last_problem = case when s.problem_at >= coalesce(c.last_problem_at, '-infinity') then s.problem else c.last_problem end,
      last_problem_at = greatest(c.last_problem_at, s.problem_at)
    from jsonb_to_recordset(${JSON.stringify(rows)}::text::jsonb) as s (channel_id uuid, connection text, connection_at timestamptz,
      inbound_at timestamptz, acknowledged_at timestamptz, problem text, problem_at timestamptz)
    where c.channel_id = s.channel_id`;
}

export type DeliveryStatus = { instanceId: string; keyId: string; status: 'sent' | 'delivered' | 'read' | 'failed'; reason: string | null };

/** Days a status is kept. */
const keptDays = 30;

/** Statuses come in any order and more than once: a message that was read does not become delivered again, and a failure stays. */
export async function noteStatuses(sql: Sql<{ bigint: number }>, statuses: DeliveryStatus[]): Promise<void> {
  const rank = { sent: 0, delivered: 1, read: 2, failed: 3 } as const;
  const highest = new Map<string, DeliveryStatus>();
  for (const status of statuses) {
    const key = JSON.stringify([status.instanceId, status.keyId]);
    const known = highest.get(key);
    if (!known || rank[status.status] > rank[known.status]) highest.set(key, status);
  }
  const once = [...highest.values()];
  if (once.length === 0) return;
  const rows = once.map(({ instanceId, keyId, status, reason }) => ({
    instance_id: instanceId,
    key_id: toText(keyId),
    status,
    reason: reason && toText(reason),
  }));
  await sql`
    insert into delivery_statuses as d (instance_id, key_id, status, reason)
    select * from jsonb_to_recordset(${JSON.stringify(rows)}::text::jsonb) as s (instance_id text, key_id text, status text, reason text)
    order by 1, 2
    on conflict (instance_id, key_id) do update set status = excluded.status, reason = excluded.reason, updated_at = clock_timestamp()
    where array_position(array['sent', 'delivered', 'read', 'failed'], excluded.status)
      > array_position(array['sent', 'delivered', 'read', 'failed'], d.status)`;
}

/** Removes what is older than 30 days. */
export async function forgetStatuses(sql: Sql<{ bigint: number }>): Promise<void> {
  await sql`delete from delivery_statuses where updated_at < clock_timestamp() - make_interval(days => ${keptDays})`;
}

/** Sent messages of an instance that failed after all, the newest first. */
export async function failedDeliveries(
  sql: Sql<{ bigint: number }>,
  instanceId: string,
  limit: number,
): Promise<{ keyId: string; reason: string | null; at: Date }[]> {
  return sql<{ keyId: string; reason: string | null; at: Date }[]>`
    select key_id as "keyId", reason, updated_at as at from delivery_statuses
    where instance_id = ${instanceId} and status = 'failed' order by updated_at desc limit ${limit}`;
}
