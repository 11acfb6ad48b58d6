import type { Jid } from '@typelane/core';
import type { Sql, TransactionSql } from 'postgres';
import { conversationsOf, currentConversationOf } from '../identities/chats.ts';
import { inTransaction } from '../transaction.ts';

/**
 * `conversationId`: the conversation to wake. `settled`: it was redriven or discarded before. `overtaken`: the bot has heard, or is about to
 * hear, a later message of the contact.
 */
export type Redriven = { type: 'redriven'; conversationId: string } | { type: 'settled' } | { type: 'overtaken' };

/** A dead letter whose event is in an inbox. */
type FromChat = { deadLetterId: string; conversationId: string; seq: number };

/** Redrives an event that died in its conversation. `force`: even if it was overtaken. */
export async function redriveFromChat(sql: Sql<{ bigint: number }>, letter: FromChat, { force }: { force: boolean }): Promise<Redriven> {
  const { deadLetterId, conversationId, seq } = letter;
  return withLockedConversation(sql, conversationId, async (transaction, currentId): Promise<Redriven> => {
    if (!(await isOpen(transaction, deadLetterId))) return { type: 'settled' };
    const redriven = { conversationId, seqs: [seq], currentId };
    if (!force && (await isOvertaken(transaction, redriven))) return { type: 'overtaken' };
    await settle(transaction, deadLetterId, 'redriven');
    await redriveEvents(transaction, redriven);
    return { type: 'redriven', conversationId: currentId };
  });
}

/**
 * Redrives an event that died during ingest. `publish` runs while the dead letter is locked, so concurrent calls publish once; if it throws,
 * the dead letter stays open. False: it was settled before.
 */
export async function redriveFromIngest(
  sql: Sql<{ bigint: number }>,
  deadLetterId: string,
  publish: () => Promise<unknown>,
): Promise<boolean> {
  return inTransaction(sql, async (transaction) => {
    if (!(await isOpen(transaction, deadLetterId))) return false;
    await publish();
    await settle(transaction, deadLetterId, 'redriven');
    return true;
  });
}

/** Whether the bot has heard, or is about to hear, a message that the contact sent after the one that died during ingest. */
export async function isOvertakenAtIngest(sql: Sql<{ bigint: number }>, instanceId: string, jid: Jid, diedAt: Date): Promise<boolean> {
  const chats = await conversationsOf(sql, instanceId, jid);
  const at = diedAt.toISOString();
  // Times have milliseconds, so an event of the same millisecond counts as newer. An event that died earlier and was redriven was received
  // later but is older, so it does not count.
  const [row] = await sql<{ overtaken: boolean }[]>`
    select exists (
      select from inbox i left join turns t using (conversation_id, seq)
      where i.conversation_id = any(${chats}::uuid[]) and i.kind = 'message' and not i.from_me and i.received_at >= ${at}::timestamptz
        and (t.final is null or t.final = 'answered' or (t.final = 'uncertain' and t.resolution is distinct from 'not_processed'))
        and not exists (
          select from dead_letters d
          where d.instance_id = ${instanceId} and d.created_at <= ${at}::timestamptz and d.status = 'redriven' and d.source = 'inbound'
            and strpos(d.payload, to_json(i.key_id)::text) > 0)
    ) as overtaken`;
  return row?.overtaken ?? false;
}

/** Marks a dead letter as not wanted. False: it was settled before. */
export async function discardDeadLetter(sql: Sql<{ bigint: number }>, deadLetterId: string): Promise<boolean> {
  return settle(sql, deadLetterId, 'discarded');
}

/** Locks the dead letter until the transaction ends. */
async function isOpen(sql: TransactionSql<{ bigint: number }>, deadLetterId: string): Promise<boolean> {
  const [row] = await sql`select from dead_letters where dead_letter_id = ${deadLetterId} and status = 'open' for update`;
  return row !== undefined;
}

async function settle(
  sql: Sql<{ bigint: number }> | TransactionSql<{ bigint: number }>,
  deadLetterId: string,
  status: 'redriven' | 'discarded',
): Promise<boolean> {
  const settled = await sql`
    update dead_letters set status = ${status}, settled_at = clock_timestamp()
    where dead_letter_id = ${deadLetterId} and status = 'open' returning 1`;
  return settled.length > 0;
}

/** Events of one conversation in order of seq, and the conversation (`currentId`) whose inbox gets them again. */
export type RedrivenEvents = { conversationId: string; seqs: number[]; currentId: string };

/**
 * Runs `work` in a transaction that locks a conversation and the one its contact's new events go to (`currentId`), so that nothing is ingested
 * or committed in them meanwhile. Rows are locked in id order, as everywhere.
 */
export async function withLockedConversation<T>(
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
 * Whether the bot has heard, may have heard or is about to hear a later message of the contact: then the redriven event would answer an old
 * question. A redriven event counts from its first position, so several can be redriven in order. Events of the same burst, and those that
 * died or were ignored, do not count.
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
 * Inserts events at the tail of an inbox again, as new events under the key id `redrive:<n>:<old>`. They have no timestamp, because the old one
 * would make them stale; the rest is unchanged.
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
        select count(*) from inbox r
        where r.conversation_id = any(${[conversationId, currentId]}::uuid[]) and r.from_me = old.from_me
          and r.key_id like 'redrive:%' and ${firstKeyId(sql, 'r')} = old.first_key_id
      ) || ':' || old.first_key_id,
      old.message_id, old.event #- '{data,messageTimestamp}'
    from old, chat`;
}

/** The key id that the event first had. */
function firstKeyId(sql: TransactionSql<{ bigint: number }>, row: string) {
  return sql`regexp_replace(${sql(row)}.key_id, '^((redrive:[0-9]+|replay):)+', '')`;
}
