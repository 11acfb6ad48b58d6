import type { Sql } from 'postgres';
import { toText } from '../json.ts';

/** What the consumer made of a reply. */
export type Receipt = { replyId: string; keyIds: string[]; failure: string | null };

/** A reply that became the first unacknowledged one of its chat: it is to be published under `seq`. */
export type DispatchedReply = { replyId: string; seq: number; reply: Record<string, unknown> };

/**
 * Records receipts and hands out the next reply of each chat. Receipts already known, or of replies that are no longer
 * known, change nothing. WhatsApp's ids are kept so that our own messages are not taken for a human's. Where a pause or close waits
 * nothing is handed out: when it has been handled, `handNext` is asked.
 */
export async function acknowledge(sql: Sql<{ bigint: number }>, receipts: Receipt[]): Promise<DispatchedReply[]> {
  const once = [...new Map(receipts.map((receipt) => [receipt.replyId, receipt])).values()];
  const rows = await sql<(AckedRow & { later: boolean })[]>`
    with receipt as (
      select * from unnest(${once.map((r) => r.replyId)}::uuid[], ${once.map((r) => JSON.stringify(r.keyIds.map(toText)))}::text[],
        ${once.map((r) => (r.failure === null ? null : toText(r.failure)))}::text[]) as r (reply_id, key_ids, failure)
    ), head as materialized (
      select o.conversation_id, o.seq, c.instance_id, r.*
      from receipt r join outbox o using (reply_id) join conversations c using (conversation_id)
      where o.acked_at is null
      order by c.conversation_id
      for no key update of c
    ), acked as (
      update outbox o
      set acked_at = clock_timestamp(), failure = h.failure, key_ids = array(select jsonb_array_elements_text(h.key_ids::jsonb))
      from head h where o.reply_id = h.reply_id
    ), sent as (
      insert into sent_keys (instance_id, key_id)
      select distinct h.instance_id, k from head h, jsonb_array_elements_text(h.key_ids::jsonb) as k
      on conflict do nothing
    ), moved as (
      update conversations c set acked_seq = h.seq, updated_at = clock_timestamp()
      from head h where c.conversation_id = h.conversation_id and c.acked_seq = h.seq - 1
      returning c.conversation_id, c.acked_seq, c.out_seq, c.held_seq > c.handled_seq as is_held
    ), next as (
      update outbox o set dispatched_at = clock_timestamp()
      from moved m where o.conversation_id = m.conversation_id and o.seq = m.acked_seq + 1 and not m.is_held
      returning o.conversation_id, o.reply_id, o.seq, o.reply
    )
    select m.conversation_id, n.reply_id, n.seq, n.reply, m.out_seq > m.acked_seq and n.seq is null as later
    from moved m left join next n using (conversation_id)
    where m.out_seq > m.acked_seq and not m.is_held`;
  // A reply committed between this statement's snapshot and its locks is not seen by it; the next statement sees it.
  const later = rows.filter((row) => row.later).map((row) => row.conversation_id);
  return [...rows.filter((row) => !row.later).map(fromRow), ...(later.length > 0 ? await dispatchNext(sql, later) : [])];
}

/** Hands out the first unacknowledged reply of each chat where nothing is out. */
export async function dispatchNext(sql: Sql<{ bigint: number }>, conversationIds: string[]): Promise<DispatchedReply[]> {
  const rows = await sql<AckedRow[]>`
    with chat as materialized (
      select conversation_id, acked_seq from conversations
      where conversation_id = any(${conversationIds}::uuid[]) and out_seq > acked_seq and held_seq <= handled_seq
      order by conversation_id for no key update
    )
    update outbox o set dispatched_at = clock_timestamp()
    from chat c where o.conversation_id = c.conversation_id and o.seq = c.acked_seq + 1 and o.dispatched_at is null
    returning o.conversation_id, o.reply_id, o.seq, o.reply`;
  return rows.map(fromRow);
}

type AckedRow = { conversation_id: string; reply_id: string; seq: number; reply: Record<string, unknown> };

function fromRow({ reply_id, seq, reply }: AckedRow): DispatchedReply {
  return { replyId: reply_id, seq, reply };
}
