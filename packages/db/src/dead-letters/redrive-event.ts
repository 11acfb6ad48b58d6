import type { Sql, TransactionSql } from 'postgres';
import { currentConversationOf } from '../identities/chats.ts';
import { inTransaction } from '../transaction.ts';

/** Events of one chat, in its order, and the chat at whose tail they are to stand again. */
export type RedrivenEvents = { conversationId: string; seqs: number[]; currentId: string };

/**
 * Runs `work` with the rows of a chat locked, and of the one that took its place when its contact became known by another name. Nothing is
 * taken in or handled there meanwhile. Rows are locked in id order, like everywhere.
 */
export async function withChat<T>(
  sql: Sql<{ bigint: number }>,
  conversationId: string,
  work: (transaction: TransactionSql<{ bigint: number }>, currentId: string) => Promise<T>,
): Promise<T> {
  const current = await currentConversationOf(sql, conversationId);
  return inTransaction(sql, async (transaction) => {
    const locked = await transaction<{ conversation_id: string }[]>`
      select conversation_id from conversations where conversation_id = any(${[conversationId, current]}::uuid[])
      order by conversation_id for no key update`;
    const isThere = locked.some((row) => row.conversation_id === current);
    return work(transaction, isThere ? current : conversationId);
  });
}

/**
 * Whether the bot has heard, may have heard or is about to hear something that the contact said after this: then it would answer an old
 * question. What is said again counts from where it stood first, so several can be said again in their order. Parts of the same burst,
 * and what died or was ignored, do not count.
 */
export async function isOvertaken(
  sql: TransactionSql<{ bigint: number }>,
  { conversationId, seqs, currentId }: RedrivenEvents,
): Promise<boolean> {
  const chats = sql`any(${[conversationId, currentId]}::uuid[])`;
  const firstOf = (row: string) => sql`lateral (
    select * from (
      select conversation_id, seq, received_at from inbox
      where conversation_id = ${chats} and from_me = ${sql(row)}.from_me and key_id = ${firstKeyId(sql, row)}
      union all select ${sql(row)}.conversation_id, ${sql(row)}.seq, ${sql(row)}.received_at
    ) known order by received_at, seq limit 1)`;
  const [row] = await sql<{ overtaken: boolean }[]>`
    select exists (
      select from inbox mine join turns ended using (conversation_id, seq) cross join ${firstOf('mine')} origin,
        inbox other left join turns t using (conversation_id, seq) cross join ${firstOf('other')} place
      where mine.conversation_id = ${conversationId} and mine.seq = ${seqs[0] ?? 0}
        and other.conversation_id = ${chats} and other.kind = 'message' and not other.from_me
        and (t.final is null or t.final = 'answered' or (t.final = 'uncertain' and t.resolution is distinct from 'not_processed'))
        and not coalesce(other.conversation_id = mine.conversation_id and t.ended_at = ended.ended_at, false)
        and case when place.conversation_id = origin.conversation_id then place.seq > origin.seq else place.received_at > origin.received_at end
    ) as overtaken`;
  return row?.overtaken ?? false;
}

/**
 * Puts events to the tail of their chat again: new ones under the key id `redrive:<n>:<old>`, without their old time, since they would be
 * stale. What the contact sent stays as it was otherwise.
 */
export async function redriveEvents(
  sql: TransactionSql<{ bigint: number }>,
  { conversationId, seqs, currentId }: RedrivenEvents,
): Promise<void> {
  await sql`
    with old as (
      select i.*, ${firstKeyId(sql, 'i')} as first_key_id from inbox i
      where i.conversation_id = ${conversationId} and i.seq = any(${seqs}::bigint[])
    ), chat as (
      update conversations set in_seq = in_seq + (select count(*) from old), updated_at = clock_timestamp()
      where conversation_id = ${currentId}
      returning in_seq
    )
    insert into inbox (conversation_id, seq, kind, from_me, key_id, message_id, event)
    select ${currentId}::uuid, chat.in_seq - row_number() over (order by old.seq desc) + 1, old.kind, old.from_me,
      'redrive:' || 1 + (
        select count(*) from inbox again
        where again.conversation_id = any(${[conversationId, currentId]}::uuid[]) and again.from_me = old.from_me
          and again.key_id like 'redrive:%' and ${firstKeyId(sql, 'again')} = old.first_key_id
      ) || ':' || old.first_key_id,
      old.message_id, old.event #- '{data,messageTimestamp}'
    from old, chat`;
}

/** The key id that the event came with. */
function firstKeyId(sql: TransactionSql<{ bigint: number }>, row: string) {
  return sql`regexp_replace(${sql(row)}.key_id, '^((redrive:[0-9]+|replay):)+', '')`;
}
