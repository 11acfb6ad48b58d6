import type { Sql } from 'postgres';
import { type Command, parseJid } from '@typelane/core';
import { commandArrival } from '../conversations/commands.ts';
import { type Arrival, ingest } from '../conversations/ingest.ts';
import { chatOf } from '../identities/chats.ts';

/** Lists handled in one tick, at most. */
const listsMax = 50;

/**
 * Inserts the `start` commands that are due, at each list's own rate, and returns the conversations to wake. `tickMs`: how often this is called.
 * A list catches up on one tick at most, so a list that stopped continues at its rate.
 *
 * The command's key id contains the contact's position, so a process that died between the inbox and the list starts nobody twice.
 */
export async function orderDueStarts(
  sql: Sql<{ bigint: number }>,
  tickMs: number,
): Promise<{ conversationId: string; instanceId: string }[]> {
  const due = await claimDue(sql, tickMs);
  const chats: { conversationId: string; instanceId: string }[] = [];
  for (const list of due) {
    const contacts = await nextContacts(sql, list);
    const arrivals = await Promise.all(contacts.map((contact) => arrivalOf(sql, list, contact)));
    if (arrivals.length > 0) {
      await ingest(sql, arrivals);
      await record(sql, list.bulkStartId, contacts, arrivals);
    }
    if (contacts.length < list.starts) await finish(sql, list.bulkStartId);
    chats.push(...arrivals.map(({ conversationId: id, instanceId }) => ({ conversationId: id, instanceId })));
  }
  return chats;
}

type DueList = {
  bulkStartId: string;
  instanceId: string;
  publicId: string | null;
  startMessage: string | null;
  variables: Record<string, string>;
  force: boolean;
  /** How many contacts this tick may start. */
  starts: number;
};

/** Advances `next_at` first, so that of two processes one gets the starts. A list waits while the integration is missing or switched off. */
async function claimDue(sql: Sql<{ bigint: number }>, tickMs: number): Promise<DueList[]> {
  return sql<DueList[]>`
    with due as (
      select b.bulk_start_id, 60000.0 / b.per_minute as every_ms, extract(epoch from clock_timestamp() - b.next_at) * 1000 as late_ms
      from bulk_starts b join typebot_integrations i using (instance_id)
      where b.status = 'running' and b.next_at <= clock_timestamp() and i.enabled
      order by b.next_at limit ${listsMax}
      for update of b skip locked
    ), claim as (
      select bulk_start_id, every_ms, least(floor(least(late_ms, ${tickMs}::float8) / every_ms) + 1, greatest(1, ceil(${tickMs}::float8 / every_ms)))::int as starts
      from due
    )
    update bulk_starts b
    set next_at = greatest(b.next_at, clock_timestamp() - ${tickMs}::float8 * interval '1 millisecond') + r.starts * r.every_ms * interval '1 millisecond'
    from claim r where b.bulk_start_id = r.bulk_start_id
    returning b.bulk_start_id as "bulkStartId", b.instance_id as "instanceId", b.public_id as "publicId", b.start_message as "startMessage",
      b.variables, b.force, r.starts`;
}

type Contact = { place: number; keyRemoteJid: string; variables: Record<string, string>; sessionId: string };

async function nextContacts(sql: Sql<{ bigint: number }>, { bulkStartId, starts }: DueList): Promise<Contact[]> {
  return sql<Contact[]>`
    select place, key_remote_jid as "keyRemoteJid", variables, session_id as "sessionId" from bulk_start_contacts
    where bulk_start_id = ${bulkStartId} and conversation_id is null
    order by place limit ${starts}`;
}

async function arrivalOf(sql: Sql<{ bigint: number }>, list: DueList, contact: Contact): Promise<Arrival> {
  const jid = parseJid(contact.keyRemoteJid);
  if (!jid) throw new Error('`keyRemoteJid` of a bulk start contact must be a WhatsApp address');
  const { instanceId, publicId, startMessage, force } = list;
  const command: Command = {
    type: 'start',
    sessionId: contact.sessionId,
    address: contact.keyRemoteJid,
    publicId,
    startMessage,
    variables: { ...list.variables, ...contact.variables },
    status: 'open',
    force,
  };
  return commandArrival(await chatOf(sql, instanceId, jid), command, keyIdOf(list.bulkStartId, contact.place));
}

function keyIdOf(bulkStartId: string, place: number): string {
  return `bulk-start-${bulkStartId}-${place}`;
}

async function record(sql: Sql<{ bigint: number }>, bulkStartId: string, contacts: Contact[], arrivals: Arrival[]): Promise<void> {
  await sql`
    update bulk_start_contacts c set conversation_id = i.conversation_id, seq = i.seq
    from unnest(${contacts.map(({ place }) => place)}::int[], ${arrivals.map((a) => a.conversationId)}::uuid[], ${arrivals.map((a) => a.keyId)}::text[]) as o (place, conversation_id, key_id)
    join inbox i on i.conversation_id = o.conversation_id and i.from_me and i.key_id = o.key_id
    where c.bulk_start_id = ${bulkStartId} and c.place = o.place`;
}

/** All contacts have a `start` command. */
async function finish(sql: Sql<{ bigint: number }>, bulkStartId: string): Promise<void> {
  await sql`
    update bulk_starts set status = 'done', updated_at = clock_timestamp() where bulk_start_id = ${bulkStartId} and status = 'running'`;
}
