import type { Sql, TransactionSql } from 'postgres';
import type { BotSession, Conversation, Final, TranscriptEntry } from '@typelane/core';
import { sessionEventsClause } from '../session-events/append.ts';
import { deadLettersClause } from '../dead-letters/insert.ts';
import { toJsonb, toText } from '../json.ts';
import { inTransaction } from '../transaction.ts';

/** One step of one turn, written completely or not at all. */
export type Commit = {
  /** Id of this commit. Repeating a commit under its id, because its answer was lost, changes nothing. */
  commitId: string;
  conversationId: string;
  /** As loaded, or as returned by the turn's last commit. If the row has another one, another worker has the conversation and nothing is written. */
  version: number;
  state: Conversation;
  /** Seq of the head event. */
  seq: number;
  /** How the head event ended; null: its turn continues. */
  final: (Final & { sessionId: string | null; transcript: TranscriptEntry[] }) | null;
  /** A call is about to be made and may run this long, in milliseconds from now: its deadline plus the quarantine. */
  openCallMs: number | null;
  /** No call may be made for this long, in milliseconds from now; null: an earlier quarantine stays as it is. */
  quarantineMs: number | null;
  /** The turn does not continue for this long, in milliseconds from now. */
  waitMs: number | null;
  /** The outbound job without its `seq`. */
  reply: { replyId: string } | null;
  sessions: SessionRow[];
  /** Events that end with `final`, including the head: more than one for a burst. */
  events: number;
  /** When the new state changes by itself, in milliseconds since 1970; null: never. */
  timerAt: number | null;
  /** Seq of the last message from the phone that was reviewed and does not silence the bot. If a newer one exists, no reply is written. */
  reviewedSeq: number;
};

/** A session that the step opens or changes. */
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
 * Null: another worker has the conversation, and nothing was written. `unreviewed`: nothing was written, because a message from the phone
 * arrived that may be a human's. Review it before writing the reply.
 */
export type Committed = Written | 'unreviewed' | null;

export type Written = {
  version: number;
  /** Another event waits behind this one. */
  more: boolean;
  /** The reply is the conversation's first unacknowledged one: publish it now, under this seq. Null: not now, or there is no reply. */
  dispatchedSeq: number | null;
  /** The reply was not written, because a pause or close waits. */
  withheld: boolean;
};

/**
 * Writes steps in one atomic statement: state and cursors, the reply, how the event ended, sessions, dead letters and session events. A step
 * is written only if the row's version is still the one it was decided on. A step that is already written, as the conversation's last one,
 * is not written again and returns the same as before.
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
      ) as s (conversation_id, commit_id, version, seq, final, reason, session_id, open_call_ms, quarantine_ms, wait_ms, reply_id,
        resolution, events, timer_ms, reviewed_seq, state, transcript, reply)
      -- Tells the planner the number of rows. It would assume 100 and scan the whole table of conversations.
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
          quarantine_until = coalesce(clock_timestamp() + s.quarantine_ms * interval '1 millisecond', c.quarantine_until),
          not_before = clock_timestamp() + s.wait_ms * interval '1 millisecond',
          timer_due_at = mine.timer,
          -- Indexed, so it changes only if it would be too late; timers.ts moves it forward or clears it.
          timer_at = case when c.timer_at <= mine.timer then c.timer_at else coalesce(mine.timer, c.timer_at) end,
          out_seq = c.out_seq + case when s.reply is not null and c.held_seq <= s.seq then 1 else 0 end,
          updated_at = clock_timestamp()
      from step s join mine using (conversation_id)
      where c.conversation_id = s.conversation_id and mine.is_reviewed and not mine.is_repeat
      returning c.conversation_id, c.version, c.in_seq > greatest(c.handled_seq, s.seq) as more, c.out_seq, c.acked_seq, c.held_seq > s.seq as is_held
    ), new_reply as (
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
    const earlier = await readBack(sql, repeats);
    // If it is no longer found, another step was written meanwhile: another worker has the conversation.
    for (const { conversationId } of repeats) written.set(conversationId, earlier.get(conversationId));
  }
  return commits.map(({ conversationId }) => fromRow(written.get(conversationId)));
}

/** What these commits returned. A separate statement, because the one that found them may have waited for them and does not see their replies. */
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

/** All documents go in one parameter. As elements of text arrays each would be escaped and unescaped, which costs 40 of a worker's 620 us per turn. */
function documentsOf({ state, final, reply }: Commit) {
  return { state, transcript: final?.transcript ?? null, reply };
}

/** What the result of the session says about a call of unknown outcome. */
function resolutionOf({ final }: Commit): string | null {
  return final && 'resolution' in final ? final.resolution : null;
}

function reasonOf({ final }: Commit): string | null {
  return final && 'reason' in final ? toText(final.reason) : null;
}

/** Empty for the many steps that change no session. In a step closed sessions come first, because a conversation has one live session at most. */
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
 * Writes a step that retracts replies (a human has the conversation now): those that were decided and not dispatched are deleted, and their
 * numbers are used again.
 */
export async function commitRetracting(sql: Sql<{ bigint: number }>, step: Commit): Promise<Committed> {
  return inTransaction(sql, (transaction) => retract(transaction, step)).catch((error: unknown) => {
    if (error === unreviewed) return 'unreviewed';
    throw error;
  });
}

/** Rolls the transaction back: replies are retracted only together with the step. */
const unreviewed = new Error('A message from the phone must be reviewed first');

async function retract(sql: TransactionSql<{ bigint: number }>, step: Commit): Promise<Committed> {
  const [mine] = await sql<{ is_repeat: boolean }[]>`
    select commit_id is not distinct from ${step.commitId} as is_repeat from conversations
    where conversation_id = ${step.conversationId} and (version = ${step.version} or commit_id = ${step.commitId}) for no key update`;
  if (!mine) return null;
  // A repeated step must not retract its own reply.
  if (!mine.is_repeat)
    await sql`
    with retracted as (
      delete from outbox where conversation_id = ${step.conversationId} and dispatched_at is null returning seq
    )
    update conversations set out_seq = out_seq - (select count(*) from retracted) where conversation_id = ${step.conversationId}`;
  const [committed = null] = await commit(sql, [step]);
  if (committed === 'unreviewed') throw unreviewed;
  return committed;
}
