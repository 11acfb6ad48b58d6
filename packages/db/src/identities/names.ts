import { createHash } from 'node:crypto';
import { type Jid, type Pair, parseJid } from '@typelane/core';
import type { Sql, TransactionSql } from 'postgres';
import type { Arrival } from '../conversations/ingest.ts';

/**
 * An event whose contact is not resolved yet. `conversationId` and `jid` are derived from the address alone; the contact's other names decide
 * which conversation gets it.
 */
export type AddressedEvent = Arrival & {
  address: Jid;
  /** In a group: the sender. */
  participant: Jid | null;
  /** Two names of the contact (in a group, of the participant), if the event has both. */
  pair: Pair | null;
};

/** A LID or a BSUID: a name that does not contain the phone. */
export function isOtherName({ kind }: Jid): boolean {
  return kind === 'lid' || kind === 'bsuid';
}

/** A LID or BSUID at an instance. */
export type Name = { instanceId: string; jid: string };

/** A name whose phone (in canonical form) was not known before. */
export type Learnt = Name & { phone: string };

/** What is known about the names in a batch of events. */
export type Names = {
  /** The phone of a name, if known, else the jid itself. */
  canonical(instanceId: string, jid: Jid): Jid;
  learnt: Learnt[];
};

/**
 * Learns the pairs in these events and looks up every other name. The first phone learned for a name stays: if a later event could change it,
 * two conversations could wait for each other.
 *
 * A name without a known phone is locked until the transaction ends: exclusively by a transaction that learns it, shared by others. So no
 * transaction inserts an event into the name's own conversation after another has learned its phone.
 */
export async function readNames(sql: TransactionSql<{ bigint: number }>, events: AddressedEvent[]): Promise<Names> {
  const asked = unique(events.flatMap(namesIn));
  const phones = await lookUp(sql, asked);
  const unknown = asked.filter((name) => !phones.has(keyOf(name)));
  const learnt = unknown.length > 0 ? await learn(sql, unknown, events, phones) : [];
  return {
    learnt,
    canonical: (instanceId, jid) =>
      isOtherName(jid) ? (parseJid(phones.get(keyOf({ instanceId, jid: jid.jid })) ?? jid.jid) ?? jid) : jid,
  };
}

/** The canonical phones of the names that are known, by `keyOf` the name. */
export async function lookUp(
  sql: Sql<{ bigint: number }> | TransactionSql<{ bigint: number }>,
  names: Name[],
): Promise<Map<string, string>> {
  if (names.length === 0) return new Map();
  const rows = await sql<{ instance_id: string; jid: string; phone_jid: string }[]>`
    select i.instance_id, i.jid, i.phone_jid
    from unnest(${names.map((n) => n.instanceId)}::text[], ${names.map((n) => n.jid)}::text[]) as name (instance_id, jid)
    join identities i using (instance_id, jid)`;
  return new Map(rows.map(({ instance_id: instanceId, jid, phone_jid: phone }) => [keyOf({ instanceId, jid }), phone]));
}

/** Unambiguous, because no address contains a `|`. */
export function keyOf({ instanceId, jid }: Name): string {
  return `${instanceId}|${jid}`;
}

async function learn(
  sql: TransactionSql<{ bigint: number }>,
  unknown: Name[],
  events: AddressedEvent[],
  phones: Map<string, string>,
): Promise<Learnt[]> {
  const named = phonesNamed(events);
  await lockNames(sql, unknown, named);
  for (const [key, phone] of await lookUp(sql, unknown)) phones.set(key, phone);
  const learnt = unknown.flatMap((name) => {
    const phone = named.get(keyOf(name));
    return phone === undefined || phones.has(keyOf(name)) ? [] : [{ ...name, phone }];
  });
  if (learnt.length === 0) return [];
  await sql`
    insert into identities (instance_id, jid, phone_jid, learnt_at)
    select *, clock_timestamp()
    from unnest(${learnt.map((l) => l.instanceId)}::text[], ${learnt.map((l) => l.jid)}::text[], ${learnt.map((l) => l.phone)}::text[])
    on conflict do nothing`;
  for (const { phone, ...name } of learnt) phones.set(keyOf(name), phone);
  return learnt;
}

/** Names share locks by hash: a batch of thousands of new contacts must not fill PostgreSQL's lock table. */
const locksMax = 512;
/** The first half of the advisory lock's key: the namespace of these locks. */
const lockSpace = 0x1d;

async function lockNames(sql: TransactionSql, names: Name[], named: Map<string, string>): Promise<void> {
  const exclusive = new Map<number, boolean>();
  for (const key of names.map(keyOf)) {
    const lock = createHash('sha256').update(key).digest().readUInt32BE(0) % locksMax;
    exclusive.set(lock, (exclusive.get(lock) ?? false) || named.has(key));
  }
  // In one order, each once and in the mode it needs, so that two batches cannot deadlock.
  const locks = [...exclusive].toSorted(([a], [b]) => a - b);
  await sql`
    select case when exclusive::boolean then pg_advisory_xact_lock(${lockSpace}, lock) else pg_advisory_xact_lock_shared(${lockSpace}, lock) end
    from unnest(${locks.map(([lock]) => lock)}::int[], ${locks.map(([, isExclusive]) => String(isExclusive))}::text[]) as l (lock, exclusive)`;
}

function phonesNamed(events: AddressedEvent[]): Map<string, string> {
  const named = new Map<string, string>();
  for (const { instanceId, pair } of events) {
    if (pair === null) continue;
    const key = keyOf({ instanceId, jid: pair.other.jid });
    if (!named.has(key)) named.set(key, pair.phone.key);
  }
  return named;
}

function namesIn({ instanceId, address, participant, pair }: AddressedEvent): Name[] {
  return [address, participant, pair?.other].flatMap((jid) => (jid && isOtherName(jid) ? [{ instanceId, jid: jid.jid }] : []));
}

function unique(names: Name[]): Name[] {
  return [...new Map(names.map((name) => [keyOf(name), name])).values()];
}
