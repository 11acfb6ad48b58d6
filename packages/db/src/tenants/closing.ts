import { randomUUID } from 'node:crypto';
import type { Sql } from 'postgres';
import type { ClosingReason, Command } from '@typelane/core';
import type { Ordered } from '../conversations/commands.ts';
import { type Arrival, ingest } from '../conversations/ingest.ts';

/** Commands put into inboxes in one transaction. Each locks its chat's row until then, so they are not taken all at once. */
const chunkSize = 500;

/**
 * Orders the end of every session of an instance that lives, or is about to be opened by a turn under way. `except`: sessions
 * whose end was ordered before.
 */
export async function closeSessions(
  sql: Sql<{ bigint: number }>,
  instanceId: string,
  reason: ClosingReason,
  except: ReadonlySet<string> = new Set(),
): Promise<(Ordered & { sessionId: string })[]> {
  const living = await sql<{ conversationId: string; sessionId: string; jid: string }[]>`
    select conversation_id as "conversationId", session_id as "sessionId", key_remote_jid as jid
    from sessions where instance_id = ${instanceId} and status <> 'closed'
    union
    select conversation_id, (state #>> '{turn,session,sessionId}')::uuid, jid
    from conversations where instance_id = ${instanceId} and state ->> 'status' in ('calling', 'due')`;
  const wanted = living.filter(({ sessionId }) => !except.has(sessionId));
  const ordered: (Ordered & { sessionId: string })[] = [];
  for (let from = 0; from < wanted.length; from += chunkSize) {
    const chunk = wanted.slice(from, from + chunkSize).map((chat) => ({ ...chat, keyId: `command-${randomUUID()}` }));
    const ingested = await ingest(
      sql,
      chunk.map((chat) => arrival(instanceId, chat, { type: 'close', sessionId: chat.sessionId, reason })),
    );
    const sessionIds = new Map(chunk.map(({ keyId, sessionId }) => [keyId, sessionId]));
    ordered.push(...ingested.map(({ conversationId, seq, keyId }) => ({ conversationId, seq, sessionId: sessionIds.get(keyId) ?? '' })));
  }
  return ordered;
}

function arrival(instanceId: string, chat: { conversationId: string; jid: string; keyId: string }, command: Command): Arrival {
  const { conversationId, jid, keyId } = chat;
  return { conversationId, instanceId, jid, kind: 'command', fromMe: true, keyId, messageId: keyId, event: command, holdsReplies: true };
}

/** How many of these commands have not been carried out. */
export async function unsettled(sql: Sql<{ bigint: number }>, ordered: Ordered[]): Promise<number> {
  const [row] = await sql<{ count: number }[]>`
    select count(*) as count
    from unnest(${ordered.map((o) => o.conversationId)}::uuid[], ${ordered.map((o) => o.seq)}::bigint[]) as o (conversation_id, seq)
    where not exists (select from turns t where t.conversation_id = o.conversation_id and t.seq = o.seq)`;
  return row?.count ?? 0;
}
