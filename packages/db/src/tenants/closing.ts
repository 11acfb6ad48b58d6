import { randomUUID } from 'node:crypto';
import type { ClosingReason, Command } from '@typelane/core';
import type { Sql } from 'postgres';
import type { Database } from '../database.ts';
import { type Arrival, ingest } from '../conversations/ingest.ts';
import type { Ordered } from '../conversations/commands.ts';
import { sessionClosings } from '../schema/index.ts';

/** An order to close every session of an instance, kept until it is carried out: see `closeNextSessions`. */
export type SessionClosing = { closingId: string; instanceId: string; reason: ClosingReason; createdAt: Date };

/**
 * Orders the end of all sessions of an instance. In the transaction of whatever brings it about, so that it is carried out also when the
 * process dies right afterwards.
 */
export async function orderClosing(
  asked: Pick<Database['drizzle'], 'insert'>,
  instanceId: string,
  reason: ClosingReason,
): Promise<SessionClosing> {
  const [closing] = await asked.insert(sessionClosings).values({ closingId: randomUUID(), instanceId, reason }).returning();
  if (!closing) throw new Error('The closing was not written');
  return { ...closing, reason };
}

/** The oldest orders that are not carried out. */
export async function openClosings(sql: Sql<{ bigint: number }>, limit: number): Promise<SessionClosing[]> {
  const rows = await sql<{ closingId: string; instanceId: string; reason: ClosingReason; createdAt: string }[]>`
    select closing_id as "closingId", instance_id as "instanceId", reason, created_at as "createdAt"
    from session_closings order by created_at limit ${limit}`;
  return rows.map((row) => ({ ...row, createdAt: new Date(row.createdAt) }));
}

/** One page of a closing: the commands that were put into inboxes, and where the next page begins; null: this was the last. */
export type ClosingPage = { ordered: Ordered[]; next: string | null; living: number };

/**
 * Puts a `close` into the inbox of up to `limit` conversations with a session to close, in id order behind `after`. The command's id is made of
 * closing and session, so a page that is done twice changes nothing. Sessions that a turn under way is about to open are included. A bot that was
 * replaced closes only sessions from before: later ones belong to the new bot.
 */
export async function closeNextSessions(
  sql: Sql<{ bigint: number }>,
  { closingId, instanceId, reason, createdAt }: SessionClosing,
  { after, limit }: { after: string | null; limit: number },
): Promise<ClosingPage> {
  const before = reason === 'replaced' ? createdAt.toISOString() : 'infinity';
  const living = await sql<Living[]>`
    with living as (
      select conversation_id, session_id, key_remote_jid as jid
      from sessions where instance_id = ${instanceId} and status <> 'closed' and created_at <= ${before}::timestamptz
      union
      select conversation_id, (state #>> '{turn,session,sessionId}')::uuid, jid
      from conversations
      where instance_id = ${instanceId} and state ->> 'status' in ('calling', 'due')
        and (${reason} <> 'replaced' or updated_at <= ${before}::timestamptz)
    )
    select conversation_id as "conversationId", session_id as "sessionId", jid from living
    where session_id > ${after ?? zeroUuid}::uuid order by session_id limit ${limit}`;
  const arrivals = living.map((chat) => arrivalOf(instanceId, chat, `close-${closingId}-${chat.sessionId}`, reason));
  const ordered = arrivals.length === 0 ? [] : await ingest(sql, arrivals);
  return {
    ordered: ordered.map(({ conversationId, seq }) => ({ conversationId, seq })),
    next: living.length < limit ? null : (living.at(-1)?.sessionId ?? null),
    living: living.length,
  };
}

/** The order is carried out: nothing of it lives. */
export async function finishClosing(sql: Sql<{ bigint: number }>, closingId: string): Promise<void> {
  await sql`delete from session_closings where closing_id = ${closingId}`;
}

/** How many of these commands have not been carried out. */
export async function unsettled(sql: Sql<{ bigint: number }>, ordered: Ordered[]): Promise<number> {
  const [row] = await sql<{ count: number }[]>`
    select count(*) as count
    from unnest(${ordered.map((o) => o.conversationId)}::uuid[], ${ordered.map((o) => o.seq)}::bigint[]) as o (conversation_id, seq)
    where not exists (select from turns t where t.conversation_id = o.conversation_id and t.seq = o.seq)`;
  return row?.count ?? 0;
}

type Living = { conversationId: string; sessionId: string; jid: string };

const zeroUuid = '00000000-0000-0000-0000-000000000000';

function arrivalOf(instanceId: string, { conversationId, sessionId, jid }: Living, keyId: string, reason: ClosingReason): Arrival {
  const command: Command = { type: 'close', sessionId, reason };
  return { conversationId, instanceId, jid, kind: 'command', fromMe: true, keyId, messageId: keyId, event: command, holdsReplies: true };
}
