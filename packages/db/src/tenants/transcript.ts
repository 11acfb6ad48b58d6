import { and, asc, eq, gt, lte, type SQL, sql } from 'drizzle-orm';
import type { Command, InboundEvent, OutboundReply, TranscriptEntry } from '@typelane/core';
import type { Database } from '../database.ts';
import { inbox, outbox, turns } from '../schema/index.ts';
import type { SessionRecord } from './sessions.ts';

/** One event of a session, with its outcome and replies. */
export type TranscriptTurn = {
  seq: number;
  receivedAt: Date;
  endedAt: Date;
  arrived: { kind: 'message'; event: InboundEvent } | { kind: 'command'; command: Command };
  final: 'answered' | 'ignored' | 'uncertain' | 'dead';
  reason: string | null;
  entries: TranscriptEntry[];
  replies: TranscriptReply[];
};

export type TranscriptReply = {
  replyId: string;
  seq: number;
  messages: OutboundReply['messages'];
  createdAt: Date;
  acknowledgedAt: Date | null;
  keyIds: string[] | null;
  failure: string | null;
};

/** The handled events of a session, in order. `afterSeq`: the previous page's last event. */
export async function sessionTranscript(
  database: Database,
  session: SessionRecord,
  { limit, afterSeq }: { limit: number; afterSeq: number | null },
): Promise<TranscriptTurn[]> {
  const rows = await handled(database, session, limit, afterSeq);
  const last = rows.at(-1);
  const replies = last ? await repliesUntil(database, session, last.endedAt, afterSeq) : [];
  const byTurn = Map.groupBy(replies, ({ reply, createdAt }) => {
    const cause = rows.find((row) =>
      reply.inReplyTo === null ? row.kind === 'command' && row.endedAt >= createdAt : row.keyId === reply.inReplyTo,
    );
    return cause?.seq;
  });
  return rows.map(({ kind, event, transcript, keyId: _keyId, ...row }) => ({
    ...row,
    arrived: kind === 'message' ? { kind, event: event as InboundEvent } : { kind, command: event as Command },
    entries: transcript as TranscriptEntry[],
    replies: (byTurn.get(row.seq) ?? []).map(({ reply, ...about }) => ({ ...about, messages: reply.messages })),
  }));
}

function handled({ drizzle }: Database, { sessionId }: SessionRecord, limit: number, afterSeq: number | null) {
  return drizzle
    .select({
      seq: turns.seq,
      kind: inbox.kind,
      keyId: inbox.keyId,
      event: inbox.event,
      receivedAt: inbox.receivedAt,
      final: turns.final,
      reason: turns.reason,
      transcript: turns.transcript,
      endedAt: turns.endedAt,
    })
    .from(turns)
    .innerJoin(inbox, and(eq(inbox.conversationId, turns.conversationId), eq(inbox.seq, turns.seq)))
    .where(and(eq(turns.sessionId, sessionId), afterSeq === null ? undefined : gt(turns.seq, afterSeq)))
    .orderBy(asc(turns.seq))
    .limit(limit);
}

/** A reply names the message it answers. A reply to a command names none: it belongs to the first command that ended after it. */
async function repliesUntil({ drizzle }: Database, session: SessionRecord, endedAt: Date, afterSeq: number | null) {
  const rows = await drizzle
    .select({
      replyId: outbox.replyId,
      seq: outbox.seq,
      reply: outbox.reply,
      createdAt: outbox.createdAt,
      acknowledgedAt: outbox.ackedAt,
      keyIds: outbox.keyIds,
      failure: outbox.failure,
    })
    .from(outbox)
    .where(
      and(
        sql`${outbox.conversationId} in (${conversationsOfSession(session)})`,
        sql`${outbox.reply} ->> 'sessionId' = ${session.sessionId}::text`,
        lte(outbox.createdAt, endedAt),
        afterSeq === null ? undefined : gt(outbox.createdAt, endOf(session, afterSeq)),
      ),
    )
    .orderBy(asc(outbox.createdAt), asc(outbox.seq));
  return rows.map((row) => ({ ...row, reply: row.reply as OutboundReply }));
}

function endOf({ sessionId }: SessionRecord, seq: number): SQL {
  return sql`(select max(ended_at) from turns where session_id = ${sessionId} and seq = ${seq})`;
}

/** A session may have started in the conversation that its contact had under another name. */
function conversationsOfSession({ conversationId, sessionId }: SessionRecord): SQL {
  return sql`select ${conversationId}::uuid union select conversation_id from turns where session_id = ${sessionId}`;
}
