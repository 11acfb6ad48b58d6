import type { Sql } from 'postgres';
import { inTransaction } from '../transaction.ts';
import { commit, type Commit, type Committed } from './commit.ts';

/** The newest messages of a pause that are replayed; what is older stays on record as ignored. */
const replayedMax = 100;

/**
 * Writes a step that hands a chat back to the bot, and puts what the contact said meanwhile to the tail of its inbox again, in order:
 * each as a new event under the key id `replay:<old>`, so that none is replayed twice. Its own time is left out of the copy, since it
 * would be stale. The bound is what the bot last heard in this session, or was last given the chat by: a message of an earlier pause
 * stays where it is. Written a second time, it finds its copies there.
 */
export async function commitReplaying(sql: Sql<{ bigint: number }>, step: Commit, sessionId: string): Promise<Committed> {
  return inTransaction(sql, async (transaction) => {
    const [committed = null] = await commit(transaction, [step]);
    if (committed === null || committed === 'unreviewed') return committed;
    const replayed = await transaction`
      with bound as (
        select coalesce(max(t.seq), 0) as seq
        from turns t join inbox i using (conversation_id, seq)
        where t.conversation_id = ${step.conversationId} and t.session_id = ${sessionId} and t.final <> 'ignored' and t.seq < ${step.seq}
          and (i.kind = 'message' or i.event ->> 'type' in ('start', 'open', 'timeUp'))
      ), newest as (
        select i.* from inbox i join turns t using (conversation_id, seq), bound
        where i.conversation_id = ${step.conversationId} and i.seq > bound.seq and i.seq < ${step.seq}
          and i.kind = 'message' and not i.from_me and t.final = 'ignored' and t.reason = 'paused' and t.session_id = ${sessionId}
          and not exists (
            select from inbox r where r.conversation_id = i.conversation_id and not r.from_me and r.key_id = 'replay:' || i.key_id)
        order by i.seq desc limit ${replayedMax}
      ), chat as (
        update conversations set in_seq = in_seq + (select count(*) from newest) where conversation_id = ${step.conversationId}
        returning in_seq
      )
      insert into inbox (conversation_id, seq, kind, from_me, key_id, message_id, event)
      select conversation_id, chat.in_seq - row_number() over (order by seq desc) + 1, kind, from_me, 'replay:' || key_id, message_id,
        event #- '{data,messageTimestamp}'
      from newest, chat
      returning seq`;
    return { ...committed, more: committed.more || replayed.length > 0 };
  });
}
