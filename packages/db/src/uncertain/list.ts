import { and, desc, eq, isNotNull, isNull, type SQL, sql } from 'drizzle-orm';
import type { Command, InboundEvent } from '@typelane/core';
import type { Database } from '../database.ts';
import { conversations, inbox, instances, turns } from '../schema/index.ts';
import type { Newest } from '../tenants/newest.ts';
import { type Tenant, within } from '../tenants/tenant.ts';
import { parseTurnId, turnIdOf } from './turn-id.ts';

/** A turn of which nobody can know whether Typebot heard it. */
export type UncertainTurn = {
  turnId: string;
  conversationId: string;
  seq: number;
  sessionId: string | null;
  /** In its normal form. */
  keyRemoteJid: string;
  /** Messages: more than one when a burst was asked as one. */
  arrived: { kind: 'message'; events: InboundEvent[] } | { kind: 'command'; command: Command };
  cause: string;
  endedAt: Date;
  resolution: (typeof turns.$inferSelect)['resolution'];
  resolvedBy: (typeof turns.$inferSelect)['resolvedBy'];
  resolvedAt: Date | null;
};

/** Newest first. `after`: the id is the turn's. */
export async function listUncertain(
  database: Database,
  tenant: Tenant,
  instanceId: string,
  status: 'open' | 'resolved' | 'all',
  { limit, after }: Newest,
): Promise<UncertainTurn[]> {
  const place = after && parseTurnId(after.id);
  const isBehind =
    after && place
      ? sql`(${turns.endedAt}, ${turns.conversationId}, ${turns.seq}) < (${after.createdAt.toISOString()}::timestamptz, ${place.conversationId}::uuid, ${place.seq}::bigint)`
      : undefined;
  const isWanted = { open: isNull(turns.resolution), resolved: isNotNull(turns.resolution), all: undefined }[status];
  const rows = await uncertainWhere(database, tenant, instanceId, isBehind, isWanted)
    .orderBy(desc(turns.endedAt), desc(turns.conversationId), desc(turns.seq))
    .limit(limit);
  return rows.map(fromRow);
}

/** Null: there is none of this id at this instance, or the instance is another tenant's. */
export async function findUncertain(database: Database, tenant: Tenant, instanceId: string, turnId: string): Promise<UncertainTurn | null> {
  const place = parseTurnId(turnId);
  if (!place) return null;
  const isIt = and(eq(turns.conversationId, place.conversationId), eq(turns.seq, place.seq));
  const [row] = await uncertainWhere(database, tenant, instanceId, isIt);
  return row ? fromRow(row) : null;
}

function uncertainWhere({ drizzle }: Database, tenant: Tenant, instanceId: string, ...conditions: (SQL | undefined)[]) {
  return drizzle
    .select({
      conversationId: turns.conversationId,
      seq: turns.seq,
      sessionId: turns.sessionId,
      keyRemoteJid: conversations.jid,
      kind: inbox.kind,
      events: eventsOfTurn,
      cause: turns.reason,
      endedAt: turns.endedAt,
      resolution: turns.resolution,
      resolvedBy: turns.resolvedBy,
      resolvedAt: turns.resolvedAt,
    })
    .from(turns)
    .innerJoin(conversations, eq(conversations.conversationId, turns.conversationId))
    .innerJoin(instances, eq(instances.instanceId, conversations.instanceId))
    .innerJoin(inbox, and(eq(inbox.conversationId, turns.conversationId), eq(inbox.seq, turns.seq)))
    .where(and(eq(turns.final, 'uncertain'), eq(conversations.instanceId, instanceId), within(tenant), isHead, ...conditions));
}

/** Events that ended in one commit are one turn: the first of them stands for it. */
const isHead = sql`not exists (
  select from turns earlier
  where earlier.conversation_id = ${turns.conversationId} and earlier.seq = ${turns.seq} - 1
    and earlier.final = 'uncertain' and earlier.ended_at = ${turns.endedAt})`;

const eventsOfTurn = sql<unknown[]>`(
  select jsonb_agg(said.event order by said.seq)
  from turns part join inbox said using (conversation_id, seq)
  where part.conversation_id = ${turns.conversationId} and part.seq >= ${turns.seq}
    and part.final = 'uncertain' and part.ended_at = ${turns.endedAt})`;

type Row = Awaited<ReturnType<typeof uncertainWhere>>[number];

function fromRow({ kind, events, cause, ...row }: Row): UncertainTurn {
  const arrived =
    kind === 'message' ? ({ kind, events: events as InboundEvent[] } as const) : ({ kind, command: events[0] as Command } as const);
  return { ...row, turnId: turnIdOf(row), arrived, cause: cause ?? 'unknown' };
}
