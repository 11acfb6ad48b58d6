import type { PendingQuery, Row, Sql, TransactionSql } from 'postgres';
import type { InboundEvent } from '@typelane/core';
import { toJsonb, toText } from '../json.ts';
import { inTransaction } from '../transaction.ts';

/** One event for the inbox of one conversation. */
export type Arrival = {
  conversationId: string;
  instanceId: string;
  jid: string;
  kind: 'message' | 'command';
  fromMe: boolean;
  keyId: string;
  messageId: string;
  event: unknown;
  /** A pause or close: if its session is the conversation's, the bot is silent until it is handled. */
  holdsReplies: boolean;
};

/** What is needed to create a conversation's row. */
export type ChatRow = Pick<Arrival, 'conversationId' | 'instanceId' | 'jid'>;

/**
 * An event that was new, and its seq. `isOverdue`: the work before it has waited for long and may have killed its worker. Waking the
 * conversation for each further message could kill a worker each time: see delivery-attempts.ts.
 */
export type IngestedEvent = { conversationId: string; seq: number; keyId: string; isOverdue: boolean };

/** As long as the lease of the inbound reader lasts after its process died. */
const overdueAfterMs = 5_000;

/**
 * Inserts events into inboxes in the given order and returns those that were new. Known events (same conversation, direction and key id) are
 * left out, so repeating a batch changes nothing.
 *
 * `seq` is assigned under the lock of the conversation's row; numbers from a database sequence could be committed out of order. Rows are
 * locked in id order, so ingest, commits and acknowledgements cannot deadlock. There are two statements because the second must see what
 * was committed before the lock was acquired.
 */
export async function ingest(sql: Sql<{ bigint: number }>, arrivals: Arrival[]): Promise<IngestedEvent[]> {
  const [, ingested] = await inTransaction(sql, (transaction) => Promise.all(insertEvents(transaction, arrivals)));
  return ingested;
}

/** The two statements of `ingest`, for a transaction of the caller; await both together. */
export function insertEvents(transaction: TransactionSql<{ bigint: number }>, arrivals: Arrival[]) {
  const known = new Set<string>();
  const once = arrivals.filter((arrival) => !known.has(onceKey(arrival)) && known.add(onceKey(arrival)));
  // Sent together. The second statement starts after the first and sees what the first waited for.
  return [lockChats(transaction, once), insertNew(transaction, once)] as const;
}

function onceKey({ conversationId, fromMe, keyId }: Arrival): string {
  return `${conversationId}${fromMe ? '>' : '<'}${keyId}`;
}

/** Creates new conversations and locks all of them. `do update ... where false` locks an existing row without writing it. */
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
      select conversation_id, kind, from_me::boolean, key_id, message_id, event, holds::boolean, from_phone::boolean, place
      from rows from (unnest(
        ${all.map((a) => a.conversationId)}::uuid[], ${all.map((a) => a.kind)}::text[], ${all.map((a) => String(a.fromMe))}::text[],
        ${all.map((a) => toText(a.keyId))}::text[], ${all.map((a) => toText(a.messageId))}::text[],
        ${all.map((a) => String(a.holdsReplies))}::text[], ${all.map((a) => String(mayBeFromPhone(a)))}::text[]
      ), jsonb_array_elements(${toJsonb(all.map((a) => a.event))}::text::jsonb)
      ) with ordinality as a (conversation_id, kind, from_me, key_id, message_id, holds, from_phone, event, place)
      -- Tells the planner the number of rows. It would assume 100 and scan the whole table of conversations.
      limit ${all.length}
    ), fresh as (
      select a.*, row_number() over (partition by conversation_id order by place) as nth
      from arrival a
      where not exists (
        select from inbox i where i.conversation_id = a.conversation_id and i.from_me = a.from_me and i.key_id = a.key_id)
    ), target as (
      update conversations c
      set in_seq = c.in_seq + f.events,
          held_seq = coalesce(c.in_seq + f.hold, c.held_seq),
          phone_seq = coalesce(c.in_seq + f.phone, c.phone_seq),
          not_before = case when f.hold is null then c.not_before end,
          -- Unchanged if work waits already: a contact who keeps writing must not hide it from the sweep.
          updated_at = case when c.in_seq > c.handled_seq then c.updated_at else clock_timestamp() end
      from (
        select conversation_id, count(*) as events, max(nth) filter (where ${all.some((a) => a.holdsReplies) ? holdsSession(sql) : sql`false`}) as hold,
          max(nth) filter (where from_phone) as phone
        from fresh group by 1
      ) f
      where c.conversation_id = f.conversation_id
      returning c.conversation_id, c.in_seq - f.events as base,
        c.delivery_attempts > 0 or (
          c.updated_at < clock_timestamp() - ${overdueAfterMs}::float8 * interval '1 millisecond'
          and (c.open_call_until is null or c.open_call_until <= clock_timestamp())
          and (c.not_before is null or c.not_before <= clock_timestamp())) as is_overdue
    )
    insert into inbox (conversation_id, seq, kind, from_me, key_id, message_id, event)
    select f.conversation_id, t.base + f.nth, f.kind, f.from_me, f.key_id, f.message_id, f.event
    from fresh f join target t using (conversation_id)
    order by f.place
    returning conversation_id as "conversationId", seq, key_id as "keyId",
      (select is_overdue from target t where t.conversation_id = inbox.conversation_id) as "isOverdue"`;
}

/**
 * A pause or close holds the replies of the session it names: the conversation's own, or one that an earlier command in the inbox opens.
 * Holding the replies of any other session would lose them.
 */
const holdsSession = (sql: TransactionSql<{ bigint: number }>) => sql`holds and exists (
  select from conversations c
  where c.conversation_id = fresh.conversation_id and (
    fresh.event ->> 'sessionId' in (c.state #>> '{session,sessionId}', c.state #>> '{turn,session,sessionId}')
    or exists (
      select from inbox i
      where i.conversation_id = c.conversation_id and i.seq > c.handled_seq and i.kind = 'command'
        and i.event ->> 'sessionId' = fresh.event ->> 'sessionId' and i.event ->> 'type' in ('open', 'start'))))`;

/** Sent from the phone itself, by a human, or an echo of our own send. A turn reviews it before it replies. */
function mayBeFromPhone({ kind, fromMe, event }: Arrival): boolean {
  if (kind !== 'message' || !fromMe) return false;
  const { event: name, data } = event as InboundEvent;
  return name === 'messages.upsert' && data.source?.toLowerCase() !== 'api';
}

/** Replaces an event's content, for example after its inline file was stored. Its seq and ids stay. */
export async function replaceEvent(
  sql: Sql<{ bigint: number }>,
  { conversationId, seq }: { conversationId: string; seq: number },
  event: InboundEvent,
): Promise<void> {
  await sql`update inbox set event = ${toJsonb(event)}::text::jsonb where conversation_id = ${conversationId} and seq = ${seq}`;
}
