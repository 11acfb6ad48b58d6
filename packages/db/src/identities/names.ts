import { createHash } from 'node:crypto';
import { type Jid, parseJid } from '@typelane/core';
import type { Sql, TransactionSql } from 'postgres';
import { isOtherName, type AddressedEvent } from './addressed-event.ts';

/** A LID or BSUID at an instance. */
export type Name = { instanceId: string; jid: string };

/** That `jid` is a name of the person with this phone (in its canonical form) was not known before. */
export type Learnt = Name & { phone: string };

/** What is known of the names in a batch of letters. */
export type Names = {
  /** The phone of a name, if it is known; else the name itself. A phone is itself. */
  canonical(instanceId: string, jid: Jid): Jid;
  learnt: Learnt[];
};

/**
 * Learns the pairs that these letters tell and looks up every other name in them. The first phone told of a name stands: were it changed
 * by a later event, two conversations could wait for each other.
 *
 * A name whose phone is not known is locked until the transaction ends, by whoever learns it alone and by others together. So nobody puts
 * an event into a name's own conversation after somebody else has learnt where it belongs.
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

/** The canonical phones of those names that are known. */
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

/** No address has a `|`, so the last one in the text parts it from the instance. */
export function keyOf({ instanceId, jid }: Name): string {
  return `${instanceId}|${jid}`;
}

async function learn(
  sql: TransactionSql<{ bigint: number }>,
  unknown: Name[],
  events: AddressedEvent[],
  phones: Map<string, string>,
): Promise<Learnt[]> {
  const told = phonesTold(events);
  await lockNames(sql, unknown, told);
  for (const [key, phone] of await lookUp(sql, unknown)) phones.set(key, phone);
  const learnt = unknown.flatMap((name) => {
    const phone = told.get(keyOf(name));
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

/** Locks stand for names by a hash: a batch of thousands of new contacts must not fill PostgreSQL's table of locks. */
const locksMax = 512;
/** The first half of an advisory lock's key: what it is about. */
const lockSpace = 0x1d;

async function lockNames(sql: TransactionSql, names: Name[], told: Map<string, string>): Promise<void> {
  const alone = new Map<number, boolean>();
  for (const key of names.map(keyOf)) {
    const lock = createHash('sha256').update(key).digest().readUInt32BE(0) % locksMax;
    alone.set(lock, (alone.get(lock) ?? false) || told.has(key));
  }
  // In one order, and each once in the mode it needs, so that no two batches wait for each other.
  const locks = [...alone].toSorted(([a], [b]) => a - b);
  await sql`
    select case when alone::boolean then pg_advisory_xact_lock(${lockSpace}, lock) else pg_advisory_xact_lock_shared(${lockSpace}, lock) end
    from unnest(${locks.map(([lock]) => lock)}::int[], ${locks.map(([, isAlone]) => String(isAlone))}::text[]) as l (lock, alone)`;
}

function phonesTold(events: AddressedEvent[]): Map<string, string> {
  const told = new Map<string, string>();
  for (const { instanceId, pair } of events) {
    if (pair === null) continue;
    const key = keyOf({ instanceId, jid: pair.other.jid });
    if (!told.has(key)) told.set(key, pair.phone.key);
  }
  return told;
}

function namesIn({ instanceId, address, participant, pair }: AddressedEvent): Name[] {
  return [address, participant, pair?.other].flatMap((jid) => (jid && isOtherName(jid) ? [{ instanceId, jid: jid.jid }] : []));
}

function unique(names: Name[]): Name[] {
  return [...new Map(names.map((name) => [keyOf(name), name])).values()];
}
