import { type Conversation, idle, merge, type Merge, parseJid, type Session } from '@typelane/core';
import type { Sql, TransactionSql } from 'postgres';
import { conversationId } from '../conversation-id.ts';
import type { ChatRow } from '../conversations/ingest.ts';
import { toJsonb } from '../json.ts';
import { inTransaction } from '../transaction.ts';
import type { Learnt } from './names.ts';

/**
 * Merges the conversation that `merge_from` names into this one, once neither has a turn under way and the other has no events left. True:
 * merged, or there was nothing to merge; the conversation may be loaded. False: try again later.
 *
 * Undelivered replies of the other conversation stay in its outbox and are dispatched from there.
 */
export async function mergeConversations(sql: Sql<{ bigint: number }>, id: string): Promise<boolean> {
  const found = await sql<{ mergeFrom: string | null; nextMergeFrom: string | null }[]>`
    select c.merge_from as "mergeFrom", o.merge_from as "nextMergeFrom"
    from conversations c left join conversations o on o.conversation_id = c.merge_from where c.conversation_id = ${id}`;
  const { mergeFrom = null, nextMergeFrom = null } = found[0] ?? {};
  if (mergeFrom === null) return true;
  if (nextMergeFrom !== null && !(await mergeConversations(sql, mergeFrom))) return false;
  return inTransaction(sql, (transaction) => mergeInto(transaction, id, mergeFrom));
}

type Row = {
  conversationId: string;
  jid: string;
  state: Conversation;
  mergeFrom: string | null;
  isAtWork: boolean;
};

async function mergeInto(sql: TransactionSql<{ bigint: number }>, phoneId: string, otherId: string): Promise<boolean> {
  const rows = await sql<Row[]>`
    select conversation_id as "conversationId", jid, state, merge_from as "mergeFrom",
      open_call_until > clock_timestamp() or state ->> 'status' in ('calling', 'due') or (conversation_id = ${otherId} and in_seq > handled_seq) as "isAtWork"
    from conversations where conversation_id = any(${[phoneId, otherId]}::uuid[])
    order by conversation_id for no key update`;
  const phone = rows.find((row) => row.conversationId === phoneId);
  const other = rows.find((row) => row.conversationId === otherId);
  // Another process merged it first, or it waits for another conversation by now.
  if (phone?.mergeFrom !== otherId) return typeof phone?.mergeFrom !== 'string';
  if (phone.isAtWork || other?.isAtWork || typeof other?.mergeFrom === 'string') return false;
  const merged = merge(phone.state, other?.state ?? idle);
  await moveSessions(sql, merged, phone);
  await writeMerged(sql, merged.state, phone, other);
  return true;
}

/** Closes the replaced session before the other one moves, because a conversation has one live session at most. */
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
      update sessions set conversation_id = ${phone.conversationId}, key_remote_jid = ${phone.jid}, updated_at = clock_timestamp()
      where session_id = ${moved.sessionId}`;
  }
}

function botOf({ bot }: Session): string | null {
  return bot === null ? null : toJsonb(bot);
}

/** The timer moves with the state. The later quarantine of the two applies. */
async function writeMerged(sql: TransactionSql, state: Conversation, phone: Row, other: Row | undefined): Promise<void> {
  const timer = state === other?.state ? sql`timer_due_at = o.timer_due_at, timer_at = o.timer_at,` : sql``;
  const otherId = other?.conversationId ?? null;
  await sql`
    update conversations p
    set state = ${toJsonb(state)}::text::jsonb, merge_from = null, version = p.version + 1, ${timer}
      quarantine_until = greatest(p.quarantine_until, o.quarantine_until), updated_at = clock_timestamp()
    from (select 1) as always left join conversations o on o.conversation_id = ${otherId}
    where p.conversation_id = ${phone.conversationId}`;
  await sql`
    update conversations
    set state = ${toJsonb(idle)}::text::jsonb, version = version + 1, timer_due_at = null, timer_at = null, updated_at = clock_timestamp()
    where conversation_id = ${otherId}`;
}

/** Two conversations of one contact: `other` is to be merged into `phone`. */
export type PlannedMerge = { phone: ChatRow & { participant: string | null }; other: ChatRow };

/** Finds the conversations, direct and in groups, that contacts have under names just learned and that have work or a state to keep. */
export async function findMerges(sql: TransactionSql<{ bigint: number }>, learnt: Learnt[]): Promise<PlannedMerge[]> {
  const ids = learnt.map(({ instanceId, jid }) => idOf(instanceId, jid));
  const rows = await sql<OtherRow[]>`
    with learnt as (
      select * from unnest(
        ${ids}::uuid[], ${learnt.map((l) => l.instanceId)}::text[], ${learnt.map((l) => l.jid)}::text[], ${learnt.map((l) => l.phone)}::text[]
      ) as l (id, instance_id, name, phone)
    ), mine as (
      select c.*, l.phone from learnt l join conversations c on c.conversation_id = l.id
      union all
      select c.*, l.phone from learnt l join conversations c on c.instance_id = l.instance_id and c.participant = l.name
    )
    select conversation_id as "conversationId", instance_id as "instanceId", jid, participant, phone from mine
    where in_seq > handled_seq or state ->> 'status' <> 'idle'`;
  return rows.map(mergeOf);
}

/**
 * Makes each phone's conversation wait for the other one before new events are inserted; the caller has locked the rows. If it already waits
 * for another conversation, the three form a chain. If it has no waiting events, its numbers continue after the other's.
 */
export async function planMerges(sql: TransactionSql, merges: PlannedMerge[]): Promise<void> {
  for (const { phone, other } of merges) {
    await sql`
      with other as (
        update conversations o set merge_from = p.merge_from
        from conversations p where o.conversation_id = ${other.conversationId} and p.conversation_id = ${phone.conversationId}
        returning o.conversation_id, o.in_seq
      )
      update conversations p
      set merge_from = e.conversation_id, participant = ${phone.participant}, updated_at = clock_timestamp(),
        in_seq = case when p.in_seq = p.handled_seq then greatest(p.in_seq, e.in_seq) else p.in_seq end,
        handled_seq = case when p.in_seq = p.handled_seq then greatest(p.in_seq, e.in_seq) else p.handled_seq end
      from other e where p.conversation_id = ${phone.conversationId}`;
  }
}

type OtherRow = ChatRow & { participant: string | null; phone: string };

function mergeOf({ participant, phone, ...other }: OtherRow): PlannedMerge {
  const { instanceId, jid } = other;
  const isInGroup = participant !== null;
  const phoneParticipant = isInGroup ? phone : null;
  return {
    phone: {
      conversationId: idOf(instanceId, isInGroup ? jid : phone, phoneParticipant),
      instanceId,
      jid: isInGroup ? jid : phone,
      participant: phoneParticipant,
    },
    other,
  };
}

function idOf(instanceId: string, address: string, participantAddress: string | null = null): string {
  const participant = participantAddress === null ? null : parseJid(participantAddress);
  const jid = parseJid(address);
  if (jid === null) throw new Error('`address` must be a WhatsApp address');
  return conversationId(instanceId, jid, participant);
}
