import type { Sql, TransactionSql } from 'postgres';
import type { BotSession, Conversation, Final, TranscriptEntry } from '@typelane/core';
import { sessionEventsClause } from '../session-events/append.ts';
import { deadLettersClause } from '../dead-letters/at-commit.ts';
import { toJsonb, toText } from '../json.ts';
import { inTransaction } from '../transaction.ts';

/** One step of one turn, to be written as a whole or not at all. */
export type Commit = {
  /** Names this commit: one that is written again under its name, since its answer was lost, changes nothing. */
  commitId: string;
  conversationId: string;
  /** As loaded, or as returned by the turn's last commit. Any other: somebody else has the chat, and nothing is written. */
  version: number;
  state: Conversation;
  /** Seq of the head event. */
  seq: number;
  /** The head event is handled; null while its turn goes on. */
  final: (Final & { sessionId: string | null; transcript: TranscriptEntry[] }) | null;
  /** A call is about to be made and may run that long (deadline plus quarantine), milliseconds from now. */
  openCallMs: number | null;
  /** No call is made for so long, milliseconds from now; null leaves an earlier quiet time as it is. */
  quarantineMs: number | null;
  /** Nothing is to be done for so long, milliseconds from now. */
  waitMs: number | null;
  /** The outbound job without its `seq`. */
  reply: { replyId: string } | null;
  sessions: SessionRow[];
  /** Events that end with `final`, the head included: more than one when a burst was answered. */
  events: number;
  /** When the new state changes by itself, milliseconds since 1970; null: never. */
  timerAt: number | null;
  /** The last message from the phone that is known not to silence the bot. A reply is not written past a later one. */
  reviewedSeq: number;
};

export type SessionRow = {
  sessionId: string;
  instanceId: string;
  keyRemoteJid: string;
  typebotIntegrationId: string | null;
  status: 'open' | 'paused' | 'closed';
  reason: string | null;
  bot: BotSession | null;
};

/**
 * Null: the chat was taken over by somebody else and nothing was written. `unjudged`: nothing was written, since a message from the
 * phone came in that may be a human's, and whether the reply may be said has to be judged.
 */
export type Committed = Written | 'unreviewed' | null;

export type Written = {
  version: number;
  /** Another event waits behind the one at hand. */
  more: boolean;
  /** The reply is the first unacknowledged one of its chat: publish it now, under this seq. Null: not now, or there is none. */
  dispatchedSeq: number | null;
  /** The reply was kept back, since a pause or close is waiting. */
  withheld: boolean;
};

/**
 * Writes steps. One statement, all or nothing: state and cursors, the reply, how the event ended, and sessions, each only where
 * the version is still the one the step was decided on. A step that is on record already, as the last one of its chat, is not written
 * again, and returns what it returned then.
 */
export async function commit(sql: Sql<{ bigint: number }> | TransactionSql<{ bigint: number }>, commits: Commit[]): Promise<Committed[]> {
  const sessions = commits.flatMap((c) => c.sessions.map((session) => ({ ...session, conversationId: c.conversationId })));
  const rows = await sql<CommittedRow[]>`
    with step as (
      select * from rows from (unnest(
        ${commits.map((c) => c.conversationId)}::uuid[], ${commits.map((c) => c.commitId)}::uuid[], ${commits.map((c) => c.version)}::bigint[],
        ${commits.map((c) => c.seq)}::bigint[], ${commits.map((c) => c.final?.type ?? null)}::text[], ${commits.map(reasonOf)}::text[],
        ${commits.map((c) => c.final?.sessionId ?? null)}::uuid[],
        ${commits.map((c) => c.openCallMs)}::float8[], ${commits.map((c) => c.quarantineMs)}::float8[], ${commits.map((c) => c.waitMs)}::float8[],
        ${commits.map((c) => c.reply?.replyId ?? null)}::uuid[],
        ${commits.map(resolutionOf)}::text[], ${commits.map((c) => c.events)}::int[], ${commits.map((c) => (c.timerAt === null ? null : Math.ceil(c.timerAt)))}::float8[], ${commits.map((c) => c.reviewedSeq)}::bigint[]
      ), jsonb_to_recordset(${toJsonb(commits.map(documentsOf))}::text::jsonb) as (state jsonb, transcript jsonb, reply jsonb)
      ) as s (conversation_id, commit_id, version, seq, final, reason, session_id, open_call_ms, quiet_ms, wait_ms, reply_id,
        resolution, events, timer_ms, reviewed_seq, state, transcript, reply)
      -- All of them: else a hundred are expected, and all chats are read for them.
      limit ${commits.length}
    ), mine as materialized (
      select c.conversation_id, c.commit_id is not distinct from s.commit_id as is_repeat,
        s.reply is null or c.phone_seq <= s.reviewed_seq as is_reviewed, to_timestamp(s.timer_ms / 1000) as timer
      from conversations c join step s using (conversation_id)
      where c.version = s.version or c.commit_id = s.commit_id
      order by c.conversation_id
      for no key update of c
    ), done as (
      update conversations c
      set version = c.version + 1,
          commit_id = s.commit_id,
          state = s.state,
          delivery_attempts = case when s.final is null then c.delivery_attempts else 0 end,
          handled_seq = case when s.final is null then c.handled_seq else s.seq + s.events - 1 end,
          open_call_until = clock_timestamp() + s.open_call_ms * interval '1 millisecond',
          quarantine_until = coalesce(clock_timestamp() + s.quiet_ms * interval '1 millisecond', c.quarantine_until),
          not_before = clock_timestamp() + s.wait_ms * interval '1 millisecond',
          timer_due_at = mine.timer,
          -- Indexed, so it is left where it is unless it would ring too late: timers.ts moves it on, or forgets it.
          timer_at = case when c.timer_at <= mine.timer then c.timer_at else coalesce(mine.timer, c.timer_at) end,
          out_seq = c.out_seq + case when s.reply is not null and c.held_seq <= s.seq then 1 else 0 end,
          updated_at = clock_timestamp()
      from step s join mine using (conversation_id)
      where c.conversation_id = s.conversation_id and mine.is_reviewed and not mine.is_repeat
      returning c.conversation_id, c.version, c.in_seq > greatest(c.handled_seq, s.seq) as more, c.out_seq, c.acked_seq, c.held_seq > s.seq as is_held
    ), said as (
      insert into outbox (conversation_id, seq, reply_id, reply, dispatched_at)
      select s.conversation_id, d.out_seq, s.reply_id, s.reply, case when d.out_seq = d.acked_seq + 1 then clock_timestamp() end
      from step s join done d using (conversation_id)
      where s.reply is not null and not d.is_held
    ), ended as (
      insert into turns (conversation_id, seq, final, reason, session_id, transcript, resolution, resolved_by, resolved_at)
      select s.conversation_id, s.seq + nth, s.final, s.reason, s.session_id, case when nth = 0 then s.transcript else '[]' end,
        s.resolution, case when s.resolution is not null then 'result' end, case when s.resolution is not null then clock_timestamp() end
      from step s join done d using (conversation_id), generate_series(0, s.events - 1) as nth
      where s.final is not null
    )${sessionsClause(sql, sessions)}${deadLettersClause(sql, commits)}${sessionEventsClause(sql, commits)}
    select m.conversation_id, m.is_repeat, m.is_reviewed, d.version, d.more, d.is_held and s.reply is not null as withheld,
      case when s.reply is not null and not d.is_held and d.out_seq = d.acked_seq + 1 then d.out_seq end as dispatched_seq
    from mine m join step s using (conversation_id) left join done d using (conversation_id)`;
  const written = new Map<string, CommittedRow | undefined>(rows.map((row) => [row.conversation_id, row]));
  const repeats = commits.filter(({ conversationId }) => written.get(conversationId)?.is_repeat);
  if (repeats.length > 0) {
    const before = await readBack(sql, repeats);
    // Of one that is not found any more another step was written meanwhile: somebody else has the chat.
    for (const { conversationId } of repeats) written.set(conversationId, before.get(conversationId));
  }
  return commits.map(({ conversationId }) => fromRow(written.get(conversationId)));
}

/** What these commits returned. A statement of its own: the one that found them on record may have waited for them, and sees no reply of theirs. */
async function readBack(
  sql: Sql<{ bigint: number }> | TransactionSql<{ bigint: number }>,
  commits: Commit[],
): Promise<Map<string, CommittedRow>> {
  const rows = await sql<CommittedRow[]>`
    select c.conversation_id, true as is_reviewed, true as is_repeat, c.version, c.in_seq > greatest(c.handled_seq, s.seq) as more,
      s.reply_id is not null and o.seq is null as withheld, case when o.dispatched_at is not null then o.seq end as dispatched_seq
    from unnest(
      ${commits.map((c) => c.conversationId)}::uuid[], ${commits.map((c) => c.commitId)}::uuid[], ${commits.map((c) => c.seq)}::bigint[],
      ${commits.map((c) => c.reply?.replyId ?? null)}::uuid[]
    ) as s (conversation_id, commit_id, seq, reply_id)
    join conversations c on c.conversation_id = s.conversation_id and c.commit_id = s.commit_id
    left join outbox o on o.conversation_id = s.conversation_id and o.reply_id = s.reply_id`;
  return new Map(rows.map((row) => [row.conversation_id, row]));
}

type CommittedRow = {
  conversation_id: string;
  is_repeat: boolean;
  is_reviewed: boolean;
  version: number;
  more: boolean;
  withheld: boolean;
  dispatched_seq: number | null;
};

function fromRow(row: CommittedRow | undefined): Committed {
  if (row?.is_reviewed === false && !row.is_repeat) return 'unreviewed';
  return row ? { version: row.version, more: row.more, dispatchedSeq: row.dispatched_seq, withheld: row.withheld } : null;
}

/** For one parameter: as elements of arrays of text each would be escaped here and unescaped there, some 40 of a worker's 620 microseconds a turn. */
function documentsOf({ state, final, reply }: Commit) {
  return { state, transcript: final?.transcript ?? null, reply };
}

/** What the result of the session told of a call in doubt. */
function resolutionOf({ final }: Commit): string | null {
  return final && 'resolution' in final ? final.resolution : null;
}

function reasonOf({ final }: Commit): string | null {
  return final && 'reason' in final ? toText(final.reason) : null;
}

/** Most steps change no session: then the statement is the shorter one. Closed ones come first in each step (one live session a chat). */
function sessionsClause(
  sql: Sql<{ bigint: number }> | TransactionSql<{ bigint: number }>,
  sessions: (SessionRow & { conversationId: string })[],
) {
  if (sessions.length === 0) return sql``;
  return sql`, session_change as (
      insert into sessions (session_id, conversation_id, instance_id, key_remote_jid, typebot_integration_id, status, reason, bot, created_at, updated_at, closed_at)
      select x.session_id, x.conversation_id, x.instance_id, x.jid, x.integration_id, x.status, x.reason, x.bot::jsonb, clock_timestamp(), clock_timestamp(),
        case when x.status = 'closed' then clock_timestamp() end
      from unnest(
        ${sessions.map((s) => s.sessionId)}::uuid[], ${sessions.map((s) => s.conversationId)}::uuid[], ${sessions.map((s) => s.instanceId)}::text[],
        ${sessions.map((s) => s.keyRemoteJid)}::text[], ${sessions.map((s) => s.typebotIntegrationId)}::uuid[], ${sessions.map((s) => s.status)}::text[],
        ${sessions.map((s) => s.reason)}::text[], ${sessions.map((s) => (s.bot ? toJsonb(s.bot) : null))}::text[]
      ) with ordinality as x (session_id, conversation_id, instance_id, jid, integration_id, status, reason, bot, place)
      join done d using (conversation_id)
      order by x.place
      on conflict (session_id) do update
      set conversation_id = excluded.conversation_id, key_remote_jid = excluded.key_remote_jid, status = excluded.status, reason = excluded.reason, bot = excluded.bot, updated_at = excluded.updated_at, closed_at = excluded.closed_at
    )`;
}

/**
 * Writes a step that takes back what was decided and not handed out yet (a human has the chat now). The replies above the
 * last handed one go, and their numbers are given again.
 */
export async function commitRetracting(sql: Sql<{ bigint: number }>, step: Commit): Promise<Committed> {
  return inTransaction(sql, (transaction) => retract(transaction, step)).catch((error: unknown) => {
    if (error === unreviewed) return 'unreviewed';
    throw error;
  });
}

/** Undoes the transaction: what was taken back stays as long as the step is not written. */
const unreviewed = new Error('A message from the phone has to be judged first');

async function retract(sql: TransactionSql<{ bigint: number }>, step: Commit): Promise<Committed> {
  const [mine] = await sql<{ is_repeat: boolean }[]>`
    select commit_id is not distinct from ${step.commitId} as is_repeat from conversations
    where conversation_id = ${step.conversationId} and (version = ${step.version} or commit_id = ${step.commitId}) for no key update`;
  if (!mine) return null;
  // Written again, it would take its own reply back.
  if (!mine.is_repeat)
    await sql`
    with gone as (
      delete from outbox where conversation_id = ${step.conversationId} and dispatched_at is null returning seq
    )
    update conversations set out_seq = out_seq - (select count(*) from gone) where conversation_id = ${step.conversationId}`;
  const [committed = null] = await commit(sql, [step]);
  if (committed === 'unreviewed') throw unreviewed;
  return committed;
}
