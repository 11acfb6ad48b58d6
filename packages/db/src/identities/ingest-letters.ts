import type { Jid } from '@typelane/core';
import type { Sql, TransactionSql } from 'postgres';
import { conversationId } from '../conversation-id.ts';
import { type Arrival, ingest, lockChats, putIn, type Taken } from '../conversations/ingest.ts';
import { toText } from '../json.ts';
import { inTransaction } from '../transaction.ts';
import { findJoins, follow } from './follow.ts';
import { isOtherName, type Letter } from './letter.ts';
import { type Names, readNames } from './names.ts';

/** A letter and the chat it belongs to. */
type Addressed = { letter: Letter; arrival: Arrival; participant: Jid | null };

/**
 * Puts events into the inboxes of whom they are from, in the given order, and returns what was new. Learns which names belong together,
 * and makes the phone's conversation follow the one a contact had under another name. Batches of phones alone cost what `ingest` costs.
 */
export async function ingestLetters(sql: Sql<{ bigint: number }>, letters: Letter[]): Promise<(Taken & { instanceId: string })[]> {
  const { taken, arrivals } = letters.every(isPlain)
    ? await asTheyAre(sql, letters)
    : await inTransaction(sql, (one) => deliver(one, letters));
  const instances = new Map(arrivals.map(({ conversationId: id, instanceId }) => [id, instanceId]));
  return taken.map((each) => ({ ...each, instanceId: instances.get(each.conversationId) ?? '' }));
}

type Delivered = { taken: Taken[]; arrivals: Arrival[] };

async function asTheyAre(sql: Sql<{ bigint: number }>, letters: Letter[]): Promise<Delivered> {
  const arrivals = letters.map(asArrival);
  return { taken: await ingest(sql, arrivals), arrivals };
}

/** Its address alone says whose it is. */
function isPlain({ address, pair }: Letter): boolean {
  return pair === null && address.kind !== 'group' && !isOtherName(address);
}

async function deliver(sql: TransactionSql<{ bigint: number }>, letters: Letter[]): Promise<Delivered> {
  const names = await readNames(sql, letters);
  const apart = await instancesWithParticipants(sql, letters);
  const all = letters.map((letter) => addressed(letter, names, apart));
  const fresh = await withoutRepeated(sql, all);
  const joins = names.learnt.length > 0 ? await findJoins(sql, names.learnt) : [];
  const arrivals = fresh.map(({ arrival }) => arrival);
  const ofParticipants = fresh.filter(({ participant }) => participant !== null);
  if (joins.length > 0 || ofParticipants.length > 0) {
    await lockChats(sql, [...arrivals, ...joins.flatMap(({ phone, other }) => [phone, other])]);
    await nameParticipants(sql, ofParticipants);
    await follow(sql, joins);
  }
  const [, taken] = await Promise.all(putIn(sql, arrivals));
  return { taken, arrivals };
}

function addressed(letter: Letter, names: Names, apart: ReadonlySet<string>): Addressed {
  const { instanceId, address, participant, pair, fromMe } = letter;
  const arrival = asArrival(letter);
  if (address.kind === 'group') {
    // What our own phone writes in a group is for all: it stands in the group's own conversation.
    const whose = participant && !fromMe && apart.has(instanceId) ? asTold(names.canonical(instanceId, participant), pair?.phone) : null;
    return { letter, arrival: { ...arrival, conversationId: conversationId(instanceId, address, whose) }, participant: whose };
  }
  const jid = asTold(names.canonical(instanceId, address), pair?.phone);
  return { letter, arrival: { ...arrival, conversationId: conversationId(instanceId, jid), jid: jid.jid }, participant: null };
}

/** Of a number with two forms the one that an event has named is the one WhatsApp knows. */
function asTold(known: Jid, told: Jid | undefined): Jid {
  return told !== undefined && told.key === known.key ? told : known;
}

function asArrival({ address: _address, participant: _participant, pair: _pair, ...arrival }: Letter): Arrival {
  return arrival;
}

/** Of the instances whose groups these letters are from, those where each participant has a conversation. */
async function instancesWithParticipants(sql: TransactionSql, letters: Letter[]): Promise<ReadonlySet<string>> {
  const ids = [...new Set(letters.filter(({ address }) => address.kind === 'group').map(({ instanceId }) => instanceId))];
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

function earlierInboxes({ letter, arrival }: Addressed): string[] {
  const other =
    letter.pair && letter.address.kind !== 'group' ? conversationId(letter.instanceId, letter.pair.other) : letter.conversationId;
  return [...new Set([letter.conversationId, other])].filter((id) => id !== arrival.conversationId);
}

async function nameParticipants(sql: TransactionSql, all: Addressed[]): Promise<void> {
  if (all.length === 0) return;
  const whose = [...new Map(all.map(({ arrival, participant }) => [arrival.conversationId, participant?.jid ?? null]))];
  await sql`
    update conversations c set participant = w.participant
    from unnest(${whose.map(([id]) => id)}::uuid[], ${whose.map(([, jid]) => jid)}::text[]) as w (conversation_id, participant)
    where c.conversation_id = w.conversation_id and c.participant is null`;
}
