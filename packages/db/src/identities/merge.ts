import { type Conversation, idle, merge, type Merge, type Session } from '@typelane/core';
import type { Sql, TransactionSql } from 'postgres';
import { toJsonb } from '../json.ts';
import { inTransaction } from '../transaction.ts';

/**
 * Joins the conversation that `conversationId` follows into it, once that one has nothing left to do. True: done, or there was nothing to
 * join; the chat may be loaded. False: the other one is still at work (or this one is): look again in a while.
 *
 * Replies of the other conversation that are on their way stay in its outbox and go out from there.
 */
export async function mergeConversations(sql: Sql<{ bigint: number }>, conversationId: string): Promise<boolean> {
  const found = await sql<{ merge_from: string | null; beyond: string | null }[]>`
    select c.merge_from, o.merge_from as beyond
    from conversations c left join conversations o on o.conversation_id = c.merge_from where c.conversation_id = ${conversationId}`;
  const { merge_from = null, beyond = null } = found[0] ?? {};
  if (merge_from === null) return true;
  if (beyond !== null && !(await mergeConversations(sql, merge_from))) return false;
  return inTransaction(sql, (transaction) => mergeInto(transaction, conversationId, merge_from));
}

type Row = {
  conversation_id: string;
  jid: string;
  state: Conversation;
  merge_from: string | null;
  is_at_work: boolean;
};

async function mergeInto(sql: TransactionSql<{ bigint: number }>, phoneId: string, otherId: string): Promise<boolean> {
  const rows = await sql<Row[]>`
    select conversation_id, jid, state, merge_from,
      open_call_until > clock_timestamp() or state ->> 'status' in ('calling', 'due') or (conversation_id = ${otherId} and in_seq > handled_seq) as is_at_work
    from conversations where conversation_id = any(${[phoneId, otherId]}::uuid[])
    order by conversation_id for no key update`;
  const phone = rows.find((row) => row.conversation_id === phoneId);
  const other = rows.find((row) => row.conversation_id === otherId);
  // Somebody else was here first, or it follows another one by now.
  if (phone?.merge_from !== otherId) return typeof phone?.merge_from !== 'string';
  if (phone.is_at_work || other?.is_at_work || typeof other?.merge_from === 'string') return false;
  const merged = merge(phone.state, other?.state ?? idle);
  await moveSessions(sql, merged, phone);
  await writeMerged(sql, merged.state, phone, other);
  return true;
}

/** Sessions end before another takes their place, since a chat has one live session at most. */
async function moveSessions(sql: TransactionSql, { replaced, moved }: Merge, phone: Row): Promise<void> {
  if (replaced) {
    await sql`
      with ended as (
        update sessions
        set status = 'closed', reason = 'replaced', bot = ${botOf(replaced)}::text::jsonb, updated_at = clock_timestamp(), closed_at = clock_timestamp()
        where session_id = ${replaced.sessionId}
        returning *
      )
      insert into session_events (session_event_id, instance_id, type, data, created_at)
      select gen_random_uuid(), e.instance_id, 'session.closed',
        jsonb_build_object('instanceId', e.instance_id, 'businessId', n.business_id, 'sessionId', e.session_id, 'keyRemoteJid', e.key_remote_jid,
          'keyParticipant', c.participant, 'reason', e.reason, 'typebotIntegrationId', e.typebot_integration_id),
        clock_timestamp()
      from ended e join conversations c using (conversation_id) left join instances n on n.instance_id = e.instance_id`;
  }
  if (moved) {
    await sql`
      update sessions set conversation_id = ${phone.conversation_id}, key_remote_jid = ${phone.jid}, updated_at = clock_timestamp()
      where session_id = ${moved.sessionId}`;
  }
}

function botOf({ bot }: Session): string | null {
  return bot === null ? null : toJsonb(bot);
}

/** Timers go with the state; what Typebot may still be at work on is waited for under either name. */
async function writeMerged(sql: TransactionSql, state: Conversation, phone: Row, other: Row | undefined): Promise<void> {
  const timer = state === other?.state ? sql`timer_due_at = o.timer_due_at, timer_at = o.timer_at,` : sql``;
  const otherId = other?.conversation_id ?? null;
  await sql`
    update conversations p
    set state = ${toJsonb(state)}::text::jsonb, merge_from = null, version = p.version + 1, ${timer}
      quarantine_until = greatest(p.quarantine_until, o.quarantine_until), updated_at = clock_timestamp()
    from (select 1) as always left join conversations o on o.conversation_id = ${otherId}
    where p.conversation_id = ${phone.conversation_id}`;
  await sql`
    update conversations
    set state = ${toJsonb(idle)}::text::jsonb, version = version + 1, timer_due_at = null, timer_at = null, updated_at = clock_timestamp()
    where conversation_id = ${otherId}`;
}
