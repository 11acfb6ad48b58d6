import { parseJid } from '@typelane/core';
import type { TransactionSql } from 'postgres';
import { conversationId } from '../conversation-id.ts';
import type { ChatRow } from '../conversations/ingest.ts';
import type { Learnt } from './names.ts';

/** Two conversations of one contact: the phone's goes on where the other one ends. */
export type Merge = { phone: ChatRow & { participant: string | null }; other: ChatRow };

/** The conversations that contacts have under names just learnt and that are not over: with the contact alone, and in groups. */
export async function findMerges(sql: TransactionSql<{ bigint: number }>, learnt: Learnt[]): Promise<Merge[]> {
  const ids = learnt.map(({ instanceId, jid }) => idOf(instanceId, jid));
  const rows = await sql<Row[]>`
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
 * Makes each phone's conversation wait for the other one, before anything new is put into it; the rows are locked. A conversation that
 * waits for another already becomes the last of a row. Its events are numbered on from the other's, where none is waiting.
 */
export async function planMerges(sql: TransactionSql, merges: Merge[]): Promise<void> {
  for (const { phone, other } of merges) {
    await sql`
      with earlier as (
        update conversations o set merge_from = p.merge_from
        from conversations p where o.conversation_id = ${other.conversationId} and p.conversation_id = ${phone.conversationId}
        returning o.conversation_id, o.in_seq
      )
      update conversations p
      set merge_from = e.conversation_id, participant = ${phone.participant}, updated_at = clock_timestamp(),
        in_seq = case when p.in_seq = p.handled_seq then greatest(p.in_seq, e.in_seq) else p.in_seq end,
        handled_seq = case when p.in_seq = p.handled_seq then greatest(p.in_seq, e.in_seq) else p.handled_seq end
      from earlier e where p.conversation_id = ${phone.conversationId}`;
  }
}

type Row = ChatRow & { participant: string | null; phone: string };

function mergeOf({ participant, phone, ...other }: Row): Merge {
  const { instanceId, jid } = other;
  const isInGroup = participant !== null;
  const whose = isInGroup ? phone : null;
  return {
    phone: {
      conversationId: idOf(instanceId, isInGroup ? jid : phone, whose),
      instanceId,
      jid: isInGroup ? jid : phone,
      participant: whose,
    },
    other,
  };
}

function idOf(instanceId: string, address: string, whose: string | null = null): string {
  const participant = whose === null ? null : parseJid(whose);
  const jid = parseJid(address);
  if (jid === null) throw new Error('The address of a conversation is none of WhatsApp');
  return conversationId(instanceId, jid, participant);
}
