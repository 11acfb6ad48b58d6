import type { Jid } from '@typelane/core';
import type { Sql, TransactionSql } from 'postgres';
import { conversationsOf } from '../identities/chats.ts';
import { inTransaction } from '../transaction.ts';
import { isOvertaken, redriveEvents, withChat } from './redrive-event.ts';

/**
 * `settled`: somebody did it before. `overtaken`: the bot has heard, or is about to hear, what the contact said later. `conversationId`:
 * the chat to ring for.
 */
export type Redriven = { type: 'redriven'; conversationId: string } | { type: 'settled' } | { type: 'overtaken' };

/** A letter whose event stands in an inbox. */
type FromChat = { deadLetterId: string; conversationId: string; seq: number };

/** Says a dead event of a chat again, at the chat's tail. `force`: also when it was overtaken. */
export async function redriveFromChat(sql: Sql<{ bigint: number }>, letter: FromChat, { force }: { force: boolean }): Promise<Redriven> {
  const { deadLetterId, conversationId, seq } = letter;
  return withChat(sql, conversationId, async (transaction, currentId): Promise<Redriven> => {
    if (!(await isOpen(transaction, deadLetterId))) return { type: 'settled' };
    const redriven = { conversationId, seqs: [seq], currentId: currentId };
    if (!force && (await isOvertaken(transaction, redriven))) return { type: 'overtaken' };
    await settle(transaction, deadLetterId, 'redriven');
    await redriveEvents(transaction, redriven);
    return { type: 'redriven', conversationId: currentId };
  });
}

/**
 * Puts what died at the door before it again. `publish` runs while the letter is held, so that of two who do this one publishes; when it
 * throws, the letter stays open. False: somebody settled it before.
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

/** Whether the bot has heard, or is about to hear, something of a contact that came after an event that died at the door. */
export async function isOvertakenAtIngest(sql: Sql<{ bigint: number }>, instanceId: string, jid: Jid, diedAt: Date): Promise<boolean> {
  const chats = await conversationsOf(sql, instanceId, jid);
  const at = diedAt.toISOString();
  // Times are kept in milliseconds: what came in the same one may be newer. What died before it and was redriven came in later, and is
  // older all the same.
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

/** Records that a letter is not wanted any more. False: somebody settled it before. */
export async function discardDeadLetter(sql: Sql<{ bigint: number }>, deadLetterId: string): Promise<boolean> {
  return settle(sql, deadLetterId, 'discarded');
}

/** Holds the letter until the end of the transaction. */
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
