import type { Jid } from '@typelane/core';
import type { Sql, TransactionSql } from 'postgres';
import { conversationId } from '../conversation-id.ts';
import { type Arrival, ingest, lockChats, insertEvents, type IngestedEvent } from '../conversations/ingest.ts';
import { toText } from '../json.ts';
import { inTransaction } from '../transaction.ts';
import { findMerges, planMerges } from './merge.ts';
import { type AddressedEvent, isOtherName, type Names, readNames } from './names.ts';

/** An event and the conversation it belongs to. */
type Addressed = { event: AddressedEvent; arrival: Arrival; participant: Jid | null };

/**
 * Inserts events into the inboxes of their contacts, in the given order, and returns those that were new. Learns which names belong to the
 * same contact, and plans the merge of the conversation that a contact had under another name into the phone's. A batch that names only
 * phones costs the same as `ingest`.
 */
export async function ingestEvents(
  sql: Sql<{ bigint: number }>,
  events: AddressedEvent[],
): Promise<(IngestedEvent & { instanceId: string })[]> {
  const { ingested, arrivals } = events.every(isPlain)
    ? await ingestPlain(sql, events)
    : await inTransaction(sql, (transaction) => ingestNamed(transaction, events));
  const instances = new Map(arrivals.map(({ conversationId: id, instanceId }) => [id, instanceId]));
  return ingested.map((each) => ({ ...each, instanceId: instances.get(each.conversationId) ?? '' }));
}

type Ingested = { ingested: IngestedEvent[]; arrivals: Arrival[] };

async function ingestPlain(sql: Sql<{ bigint: number }>, events: AddressedEvent[]): Promise<Ingested> {
  const arrivals = events.map(asArrival);
  return { ingested: await ingest(sql, arrivals), arrivals };
}

/** The address alone identifies the contact. */
function isPlain({ address, pair }: AddressedEvent): boolean {
  return pair === null && address.kind !== 'group' && !isOtherName(address);
}

async function ingestNamed(sql: TransactionSql<{ bigint: number }>, events: AddressedEvent[]): Promise<Ingested> {
  const names = await readNames(sql, events);
  const apart = await instancesWithParticipants(sql, events);
  const all = events.map((event) => addressed(event, names, apart));
  const fresh = await withoutRepeated(sql, all);
  const merges = names.learnt.length > 0 ? await findMerges(sql, names.learnt) : [];
  const arrivals = fresh.map(({ arrival }) => arrival);
  const ofParticipants = fresh.filter(({ participant }) => participant !== null);
  if (merges.length > 0 || ofParticipants.length > 0) {
    await lockChats(sql, [...arrivals, ...merges.flatMap(({ phone, other }) => [phone, other])]);
    await nameParticipants(sql, ofParticipants);
    await planMerges(sql, merges);
  }
  const [, ingested] = await Promise.all(insertEvents(sql, arrivals));
  return { ingested, arrivals };
}

function addressed(event: AddressedEvent, names: Names, apart: ReadonlySet<string>): Addressed {
  const { instanceId, address, participant, pair, fromMe } = event;
  const arrival = asArrival(event);
  if (address.kind === 'group') {
    // What our own phone sends to a group goes to the group's own conversation.
    const whose = participant && !fromMe && apart.has(instanceId) ? asNamed(names.canonical(instanceId, participant), pair?.phone) : null;
    return { event, arrival: { ...arrival, conversationId: conversationId(instanceId, address, whose) }, participant: whose };
  }
  const jid = asNamed(names.canonical(instanceId, address), pair?.phone);
  return { event, arrival: { ...arrival, conversationId: conversationId(instanceId, jid), jid: jid.jid }, participant: null };
}

/** If a number has two forms, the one in the event is the one that WhatsApp knows. */
function asNamed(known: Jid, named: Jid | undefined): Jid {
  return named !== undefined && named.key === known.key ? named : known;
}

function asArrival({ address: _address, participant: _participant, pair: _pair, ...arrival }: AddressedEvent): Arrival {
  return arrival;
}

/** The instances among those with group events that keep one conversation per participant. */
async function instancesWithParticipants(sql: TransactionSql, events: AddressedEvent[]): Promise<ReadonlySet<string>> {
  const ids = [...new Set(events.filter(({ address }) => address.kind === 'group').map(({ instanceId }) => instanceId))];
  if (ids.length === 0) return new Set();
  const rows = await sql<{ instance_id: string }[]>`
    select instance_id from typebot_integrations
    where instance_id = any(${ids}::text[]) and settings ->> 'groups' = 'allow' and settings ->> 'groupConversations' = 'participant'`;
  return new Set(rows.map((row) => row.instance_id));
}

/** Leaves out events that are already in an inbox that the contact had before its names were known to belong together. */
async function withoutRepeated(sql: TransactionSql, all: Addressed[]): Promise<Addressed[]> {
  const elsewhere = all.flatMap((each) => earlierInboxes(each).map((inbox) => ({ inbox, each })));
  if (elsewhere.length === 0) return all;
  const rows = await sql<{ place: number }[]>`
    select place::int as place
    from unnest(
      ${elsewhere.map(({ inbox }) => inbox)}::uuid[], ${elsewhere.map(({ each }) => String(each.arrival.fromMe))}::text[],
      ${elsewhere.map(({ each }) => toText(each.arrival.keyId))}::text[]
    ) with ordinality as e (conversation_id, from_me, key_id, place)
    join inbox i on i.conversation_id = e.conversation_id and i.from_me = e.from_me::boolean and i.key_id = e.key_id`;
  const repeated = new Set(rows.map(({ place }) => elsewhere[place - 1]?.each));
  return all.filter((each) => !repeated.has(each));
}

function earlierInboxes({ event, arrival }: Addressed): string[] {
  const other = event.pair && event.address.kind !== 'group' ? conversationId(event.instanceId, event.pair.other) : event.conversationId;
  return [...new Set([event.conversationId, other])].filter((id) => id !== arrival.conversationId);
}

async function nameParticipants(sql: TransactionSql, all: Addressed[]): Promise<void> {
  if (all.length === 0) return;
  const whose = [...new Map(all.map(({ arrival, participant }) => [arrival.conversationId, participant?.jid ?? null]))];
  await sql`
    update conversations c set participant = w.participant
    from unnest(${whose.map(([id]) => id)}::uuid[], ${whose.map(([, jid]) => jid)}::text[]) as w (conversation_id, participant)
    where c.conversation_id = w.conversation_id and c.participant is null`;
}
