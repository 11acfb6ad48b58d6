import type { Jid } from '@typelane/core';
import type { Sql, TransactionSql } from 'postgres';
import { conversationId } from '../conversation-id.ts';
import { type Arrival, ingest, lockChats, insertEvents, type IngestedEvent } from '../conversations/ingest.ts';
import { toText } from '../json.ts';
import { inTransaction } from '../transaction.ts';
import { findMerges, planMerges } from './plan-merge.ts';
import { isOtherName, type AddressedEvent } from './addressed-event.ts';
import { type Names, readNames } from './names.ts';

/** A letter and the chat it belongs to. */
type Addressed = { event: AddressedEvent; arrival: Arrival; participant: Jid | null };

/**
 * Puts events into the inboxes of whom they are from, in the given order, and returns what was new. Learns which names belong together,
 * and makes the phone's conversation follow the one a contact had under another name. Batches of phones alone cost what `ingest` costs.
 */
export async function ingestEvents(
  sql: Sql<{ bigint: number }>,
  events: AddressedEvent[],
): Promise<(IngestedEvent & { instanceId: string })[]> {
  const { ingested, arrivals } = events.every(isPlain)
    ? await asTheyAre(sql, events)
    : await inTransaction(sql, (one) => deliver(one, events));
  const instances = new Map(arrivals.map(({ conversationId: id, instanceId }) => [id, instanceId]));
  return ingested.map((each) => ({ ...each, instanceId: instances.get(each.conversationId) ?? '' }));
}

type Delivered = { ingested: IngestedEvent[]; arrivals: Arrival[] };

async function asTheyAre(sql: Sql<{ bigint: number }>, events: AddressedEvent[]): Promise<Delivered> {
  const arrivals = events.map(asArrival);
  return { ingested: await ingest(sql, arrivals), arrivals };
}

/** Its address alone says whose it is. */
function isPlain({ address, pair }: AddressedEvent): boolean {
  return pair === null && address.kind !== 'group' && !isOtherName(address);
}

async function deliver(sql: TransactionSql<{ bigint: number }>, events: AddressedEvent[]): Promise<Delivered> {
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
  return { ingested: ingested, arrivals };
}

function addressed(event: AddressedEvent, names: Names, apart: ReadonlySet<string>): Addressed {
  const { instanceId, address, participant, pair, fromMe } = event;
  const arrival = asArrival(event);
  if (address.kind === 'group') {
    // What our own phone writes in a group is for all: it stands in the group's own conversation.
    const whose = participant && !fromMe && apart.has(instanceId) ? asTold(names.canonical(instanceId, participant), pair?.phone) : null;
    return { event: event, arrival: { ...arrival, conversationId: conversationId(instanceId, address, whose) }, participant: whose };
  }
  const jid = asTold(names.canonical(instanceId, address), pair?.phone);
  return { event: event, arrival: { ...arrival, conversationId: conversationId(instanceId, jid), jid: jid.jid }, participant: null };
}

/** Of a number with two forms the one that an event has named is the one WhatsApp knows. */
function asTold(known: Jid, told: Jid | undefined): Jid {
  return told !== undefined && told.key === known.key ? told : known;
}

function asArrival({ address: _address, participant: _participant, pair: _pair, ...arrival }: AddressedEvent): Arrival {
  return arrival;
}

/** Of the instances whose groups these letters are from, those where each participant has a conversation. */
async function instancesWithParticipants(sql: TransactionSql, events: AddressedEvent[]): Promise<ReadonlySet<string>> {
  const ids = [...new Set(events.filter(({ address }) => address.kind === 'group').map(({ instanceId }) => instanceId))];
  if (ids.length === 0) return new Set();
  const rows = await sql<{ instance_id: string }[]>`
    select instance_id from typebot_integrations
    where instance_id = any(${ids}::text[]) and settings ->> 'groups' = 'allow' and settings ->> 'groupConversations' = 'participant'`;
  return new Set(rows.map((row) => row.instance_id));
}

/** A redelivered event may stand in the inbox that its contact had before the names were known to belong together. */
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
