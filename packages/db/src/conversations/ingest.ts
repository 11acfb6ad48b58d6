import type { PendingQuery, Row, Sql, TransactionSql } from 'postgres';
import type { InboundEvent } from '@typelane/core';
import { toJsonb, toText } from '../json.ts';
import { inTransaction } from '../transaction.ts';

/** One event for the inbox of one chat. */
export type Arrival = {
  conversationId: string;
  instanceId: string;
  jid: string;
  kind: 'message' | 'command';
  fromMe: boolean;
  keyId: string;
  messageId: string;
  event: unknown;
  /** A pause or close: where its session lives in the chat, the bot falls silent until it is handled. */
  holdsReplies: boolean;
};

/** What a chat's row is made of. */
export type ChatRow = Pick<Arrival, 'conversationId' | 'instanceId' | 'jid'>;

/**
 * An event that was new, and its place in its chat. `isLate`: what stands before it has been waiting for long, and whoever had it may have
 * died of it. To take it up for every word of a contact who goes on writing could cost a process each time: see tries.ts.
 */
export type IngestedEvent = { conversationId: string; seq: number; keyId: string; isOverdue: boolean };

/** As long as a dead process keeps the door shut. */
const lateAfterMs = 5_000;

/**
 * Puts events into their chats' inboxes, in the given order, and returns what was new. Events already known (by chat,
 * direction and key id) are left out, so repeating a batch changes nothing.
 *
 * `seq` is taken under the lock of the chat's row: a sequence could be committed out of order. Rows are locked in id order,
 * so ingest, commits and acknowledgements cannot deadlock. Two statements, because the second must see what was committed
 * before the lock was had.
 */
export async function ingest(sql: Sql<{ bigint: number }>, arrivals: Arrival[]): Promise<IngestedEvent[]> {
  const [, ingested] = await inTransaction(sql, (transaction) => Promise.all(insertEvents(transaction, arrivals)));
  return ingested;
}

/** The statements of `ingest`, in a transaction under way: to be awaited together. */
export function insertEvents(transaction: TransactionSql<{ bigint: number }>, arrivals: Arrival[]) {
  const known = new Set<string>();
  const once = arrivals.filter((arrival) => !known.has(onceKey(arrival)) && known.add(onceKey(arrival)));
  // Sent together; the second statement is run after the first and sees what it waited for.
  return [lockChats(transaction, once), insertNew(transaction, once)] as const;
}

function onceKey({ conversationId, fromMe, keyId }: Arrival): string {
  return `${conversationId}${fromMe ? '>' : '<'}${keyId}`;
}

/** Creates chats that are new and locks all: a conflict whose update is never wanted locks the row and writes nothing. */
export function lockChats(sql: TransactionSql<{ bigint: number }>, arrivals: ChatRow[]): PendingQuery<Row[]> {
  const chats = [...new Map(arrivals.map((arrival) => [arrival.conversationId, arrival])).values()];
  return sql`
    insert into conversations (conversation_id, instance_id, jid, state)
    select id, instance_id, jid, '{"status":"idle"}'
    from unnest(${chats.map((c) => c.conversationId)}::uuid[], ${chats.map((c) => c.instanceId)}::text[], ${chats.map((c) => c.jid)}::text[]) as chat (id, instance_id, jid)
    order by id
    on conflict (conversation_id) do update set jid = excluded.jid where false`;
}

function insertNew(sql: TransactionSql<{ bigint: number }>, all: Arrival[]): PendingQuery<IngestedEvent[]> {
  return sql`
    with arrival as (
      select conversation_id, kind, from_me::boolean, key_id, message_id, event, holds::boolean, of_human::boolean, place
      from rows from (unnest(
        ${all.map((a) => a.conversationId)}::uuid[], ${all.map((a) => a.kind)}::text[], ${all.map((a) => String(a.fromMe))}::text[],
        ${all.map((a) => toText(a.keyId))}::text[], ${all.map((a) => toText(a.messageId))}::text[],
        ${all.map((a) => String(a.holdsReplies))}::text[], ${all.map((a) => String(mayBeFromPhone(a)))}::text[]
      ), jsonb_array_elements(${toJsonb(all.map((a) => a.event))}::text::jsonb)
      ) with ordinality as a (conversation_id, kind, from_me, key_id, message_id, holds, of_human, event, place)
      -- All of them: else a hundred are expected, and all chats are read for them.
      limit ${all.length}
    ), fresh as (
      select a.*, row_number() over (partition by conversation_id order by place) as nth
      from arrival a
      where not exists (
        select from inbox i where i.conversation_id = a.conversation_id and i.from_me = a.from_me and i.key_id = a.key_id)
    ), taken as (
      update conversations c
      set in_seq = c.in_seq + f.events,
          held_seq = coalesce(c.in_seq + f.hold, c.held_seq),
          phone_seq = coalesce(c.in_seq + f.human, c.phone_seq),
          not_before = case when f.hold is null then c.not_before end,
          -- What waits already has been touched by nobody: a contact who goes on writing must not hide it from the sweep.
          updated_at = case when c.in_seq > c.handled_seq then c.updated_at else clock_timestamp() end
      from (
        select conversation_id, count(*) as events, max(nth) filter (where ${all.some((a) => a.holdsReplies) ? holdsSession(sql) : sql`false`}) as hold,
          max(nth) filter (where of_human) as human
        from fresh group by 1
      ) f
      where c.conversation_id = f.conversation_id
      returning c.conversation_id, c.in_seq - f.events as base,
        c.delivery_attempts > 0 or (
          c.updated_at < clock_timestamp() - ${lateAfterMs}::float8 * interval '1 millisecond'
          and (c.open_call_until is null or c.open_call_until <= clock_timestamp())
          and (c.not_before is null or c.not_before <= clock_timestamp())) as is_overdue
    )
    insert into inbox (conversation_id, seq, kind, from_me, key_id, message_id, event)
    select f.conversation_id, t.base + f.nth, f.kind, f.from_me, f.key_id, f.message_id, f.event
    from fresh f join taken t using (conversation_id)
    order by f.place
    returning conversation_id as "conversationId", seq, key_id as "keyId",
      (select is_overdue from taken t where t.conversation_id = inbox.conversation_id) as "isOverdue"`;
}

/**
 * A pause or close silences the session it is about, or the one that an order before it brings back. The answer of any other session
 * would be lost: nobody takes back what was held for nothing.
 */
const holdsSession = (sql: TransactionSql<{ bigint: number }>) => sql`holds and exists (
  select from conversations c
  where c.conversation_id = fresh.conversation_id and (
    fresh.event ->> 'sessionId' in (c.state #>> '{session,sessionId}', c.state #>> '{turn,session,sessionId}')
    or exists (
      select from inbox i
      where i.conversation_id = c.conversation_id and i.seq > c.handled_seq and i.kind = 'command'
        and i.event ->> 'sessionId' = fresh.event ->> 'sessionId' and i.event ->> 'type' in ('open', 'start'))))`;

/** Written on the phone itself: by a human, or the echo of one of our own sends. A turn looks at it before it speaks. */
function mayBeFromPhone({ kind, fromMe, event }: Arrival): boolean {
  if (kind !== 'message' || !fromMe) return false;
  const { event: name, data } = event as InboundEvent;
  return name === 'messages.upsert' && data.source?.toLowerCase() !== 'api';
}
