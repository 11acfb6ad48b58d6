import { randomUUID } from 'node:crypto';
import type { Sql, TransactionSql } from 'postgres';
import { commandArrival, type Ordered } from '../conversations/commands.ts';
import { insertEvents } from '../conversations/ingest.ts';
import { isOvertaken, redriveEvents, withChat } from '../dead-letters/redrive-event.ts';
import type { TurnPlace } from './turn-id.ts';

/** Who found out: an operator, or whoever read it in Typebot's results. */
export type Resolver = 'operator' | 'result';

export type Resolution = 'processed' | 'not_processed' | 'end_session';

/**
 * Records what an uncertain turn turned out to be, and does nothing about it. `seq`: the first event of the turn; those of a burst go with
 * it. False: it is none, or was resolved before.
 */
export async function resolveUncertain(
  sql: Sql<{ bigint: number }> | TransactionSql<{ bigint: number }>,
  { conversationId, seq, resolution, by }: TurnPlace & { resolution: Resolution; by: Resolver },
): Promise<boolean> {
  const resolved = await sql`
    update turns t set resolution = ${resolution}, resolved_by = ${by}, resolved_at = clock_timestamp()
    from turns head
    where head.conversation_id = ${conversationId} and head.seq = ${seq} and head.final = 'uncertain'
      and t.conversation_id = head.conversation_id and t.seq >= head.seq and t.ended_at = head.ended_at
      and t.final = 'uncertain' and t.resolution is null
    returning t.seq`;
  return resolved.length > 0;
}

/**
 * `overtaken`: the bot has heard, or is about to hear, what the contact said later. `conversationId`: the chat to ring for; null: nothing
 * was put there, since it was an operator's command.
 */
export type Repeated = { type: 'repeated'; conversationId: string | null } | { type: 'resolved' } | { type: 'overtaken' };

/** Resolves a turn as not processed and says its messages again, at the tail of their chat. `force`: also when they were overtaken. */
export async function repeatUncertain(
  sql: Sql<{ bigint: number }>,
  { conversationId, seq, by, force }: TurnPlace & { by: Resolver; force: boolean },
): Promise<Repeated> {
  return withChat(sql, conversationId, async (transaction, currentId): Promise<Repeated> => {
    const parts = await transaction<{ seq: number; kind: string; isResolved: boolean }[]>`
      select t.seq, i.kind, t.resolution is not null as "isResolved"
      from turns head join turns t on t.conversation_id = head.conversation_id and t.seq >= head.seq and t.ended_at = head.ended_at
      join inbox i on i.conversation_id = t.conversation_id and i.seq = t.seq
      where head.conversation_id = ${conversationId} and head.seq = ${seq} and t.final = 'uncertain' order by t.seq`;
    if (parts.every(({ isResolved }) => isResolved)) return { type: 'resolved' };
    const redriven = { conversationId, seqs: parts.flatMap((part) => (part.kind === 'message' ? [part.seq] : [])), currentId: currentId };
    if (!force && (await isOvertaken(transaction, redriven))) return { type: 'overtaken' };
    if (!(await resolveUncertain(transaction, { conversationId, seq, resolution: 'not_processed', by }))) return { type: 'resolved' };
    if (redriven.seqs.length === 0) return { type: 'repeated', conversationId: null };
    await redriveEvents(transaction, redriven);
    return { type: 'repeated', conversationId: currentId };
  });
}

/** `closing`: where the session's end was ordered; null: it had ended, or there was none. */
export type Ended = { type: 'ended'; closing: Ordered | null } | { type: 'resolved' };

/** Resolves a turn by ending the session it belongs to. Ring for the session's chat afterwards. */
export async function endUncertain(
  sql: Sql<{ bigint: number }>,
  { conversationId, seq, sessionId, by }: TurnPlace & { sessionId: string | null; by: Resolver },
): Promise<Ended> {
  const [session] = await sql<{ conversationId: string; instanceId: string; jid: string }[]>`
    select conversation_id as "conversationId", instance_id as "instanceId", key_remote_jid as jid
    from sessions where session_id = ${sessionId} and status <> 'closed'`;
  return withChat(sql, session?.conversationId ?? conversationId, async (transaction): Promise<Ended> => {
    if (!(await resolveUncertain(transaction, { conversationId, seq, resolution: 'end_session', by }))) return { type: 'resolved' };
    if (!session || sessionId === null) return { type: 'ended', closing: null };
    const close = commandArrival(session, { type: 'close', sessionId, reason: 'error' }, `command-${randomUUID()}`);
    const [, ingested] = await Promise.all(insertEvents(transaction, [close]));
    return { type: 'ended', closing: ingested[0] ?? null };
  });
}
