import type { Sql } from 'postgres';
import type { Conversation, InboundEvent, OutboundMessage } from '@typelane/core';

/** A conversation as a turn needs it: its state, the event at the head of its inbox, and everything that decides the next step. */
export type Loaded = {
  conversationId: string;
  /** Normal form. Replies go to the address as the event has it. */
  jid: string;
  /** In a group with one conversation per participant: the participant's address. */
  participant: string | null;
  /** The contact's conversation under another name must be merged into this one first: see identities/merge.ts. */
  mustMerge: boolean;
  version: number;
  state: Conversation;
  /** A call was recorded and its outcome was not. Its worker is gone, and the call cannot be running any more. */
  isAbandoned: boolean;
  /** A pause or close waits behind the head. */
  isHeld: boolean;
  /** The head event is an echo of our own send. */
  isEcho: boolean;
  /** Seq of the last message sent from the phone itself. */
  phoneSeq: number;
  /** Messages behind the head, the oldest first, at most 50; empty if none of them can silence the bot. */
  later: LaterEvent[];
  /** The last messages sent in this chat; empty if no message came from the phone itself. */
  sends: OutboundMessage[];
  /** The database's clock, in milliseconds since 1970. */
  now: number;
  /** `receivedAt`: when it was ingested, in milliseconds since 1970. */
  head: { seq: number; kind: 'message' | 'command'; messageId: string; event: unknown; receivedAt: number };
  instance: { instanceId: string; businessId: string; name: string | null; isRegistered: boolean };
  integration: IntegrationRow | null;
};

/** `isKnownKey`: its key id is known as the id of one of our own sends. */
export type LaterEvent = { fromMe: boolean; isKnownKey: boolean; event: InboundEvent };

export type IntegrationRow = {
  typebotIntegrationId: string;
  publicId: string;
  typebotURL: string;
  enabled: boolean;
  settings: unknown;
  updatedAt: number;
};

/**
 * Loads each of the conversations that has work now, by the database's clock: an event to handle, no call that may be running, and nothing to
 * wait for. Null for the others. During the quarantine only a pause or close, and events before it, can be handled.
 *
 * A waiting turn is loaded early when a message arrived that may silence the bot; core decides whether it does.
 */
export async function load(sql: Sql<{ bigint: number }>, ids: string[]): Promise<(Loaded | null)[]> {
  const rows = await sql<Row[]>`
    select c.conversation_id, c.version, c.state, c.instance_id, c.jid, c.held_seq > e.seq as is_held, c.phone_seq,
      c.participant, c.merge_from is not null and c.state ->> 'status' not in ('calling', 'due') as must_merge,
      case when ${mayBeSilenced(sql)} then ${laterRows(sql)} end as later,
      case when c.phone_seq >= e.seq then ${lastSends(sql)} end as sends,
      extract(epoch from clock_timestamp()) * 1000 as now,
      e.seq, e.kind, e.message_id, e.event, extract(epoch from e.received_at) * 1000 as received_at,
      e.from_me and exists (select from sent_keys k where k.instance_id = c.instance_id and k.key_id = e.key_id) as is_echo,
      n.business_id, n.name,
      i.typebot_integration_id, i.public_id, i.typebot_url, i.enabled, i.settings, extract(epoch from i.updated_at) * 1000 as updated_at
    from unnest(${ids}::uuid[]) as wanted (id)
    join conversations c on c.conversation_id = wanted.id
    join lateral (select * from inbox where conversation_id = c.conversation_id and seq > c.handled_seq order by seq limit 1) e on true
    left join instances n on n.instance_id = c.instance_id
    left join typebot_integrations i on i.instance_id = c.instance_id
    where (c.open_call_until is null or c.open_call_until <= clock_timestamp())
      and (c.not_before is null or c.not_before <= clock_timestamp() or ${mayBeSilenced(sql)})
      and (c.quarantine_until is null or c.quarantine_until <= clock_timestamp() or c.held_seq >= e.seq)`;
  const loaded = new Map(rows.map((row) => [row.conversation_id, fromRow(row)]));
  return ids.map((id) => loaded.get(id) ?? null);
}

/** A message from the phone may silence any turn; a keyword only a waiting one. */
const mayBeSilenced = (sql: Sql<{ bigint: number }>) => sql`(c.phone_seq > e.seq or (c.in_seq > e.seq and c.state ->> 'status' = 'due'))`;

const laterRows = (sql: Sql<{ bigint: number }>) => sql`(
  select jsonb_agg(jsonb_build_object('fromMe', b.from_me, 'event', b.event, 'isKnownKey',
    b.from_me and exists (select from sent_keys k where k.instance_id = c.instance_id and k.key_id = b.key_id)) order by b.seq)
  from (select * from inbox where conversation_id = c.conversation_id and seq > e.seq and kind = 'message' order by seq limit 50) b)`;

/**
 * The messages of the last five replies, the newest first; an echo arrives within seconds. In a group with one conversation per participant,
 * five of each. Replies whose WhatsApp ids are known are left out, because their echoes are recognised by id.
 */
const lastSends = (sql: Sql<{ bigint: number }>) => sql`(
  select jsonb_agg(m.message order by o.dispatched_at desc)
  from (select conversation_id from conversations s where s.instance_id = c.instance_id and s.jid = c.jid) s,
    lateral (select dispatched_at, reply, key_ids from outbox o where o.conversation_id = s.conversation_id and dispatched_at is not null order by seq desc limit 5) o,
    jsonb_array_elements(o.reply -> 'messages') as m (message)
  where coalesce(cardinality(o.key_ids), 0) < jsonb_array_length(o.reply -> 'messages'))`;

/** Reloads what decides whether a reply may still be written: see `reviewedSeq` of a commit. Null: the conversation is gone. */
export async function loadLaterEvents(
  sql: Sql<{ bigint: number }>,
  conversationId: string,
  seq: number,
): Promise<Pick<Loaded, 'phoneSeq' | 'later' | 'sends'> | null> {
  const [row] = await sql<Pick<Row, 'phone_seq' | 'later' | 'sends'>[]>`
    select c.phone_seq, ${laterRows(sql)} as later, ${lastSends(sql)} as sends
    from conversations c, (select ${seq}::bigint as seq) e
    where c.conversation_id = ${conversationId}`;
  return row ? { phoneSeq: row.phone_seq, later: row.later ?? [], sends: row.sends ?? [] } : null;
}

/** An event of an inbox. `receivedAt`: in milliseconds since 1970. */
export type WaitingRow = { kind: 'message' | 'command'; receivedAt: number; event: InboundEvent };

/** Events of an inbox from `seq` on, the oldest first. */
export async function waitingFrom(sql: Sql<{ bigint: number }>, conversationId: string, seq: number, limit: number): Promise<WaitingRow[]> {
  const rows = await sql<{ kind: WaitingRow['kind']; received_at: string; event: InboundEvent }[]>`
    select kind, extract(epoch from received_at) * 1000 as received_at, event
    from inbox where conversation_id = ${conversationId} and seq >= ${seq} order by seq limit ${limit}`;
  return rows.map(({ kind, received_at, event }) => ({ kind, event, receivedAt: Number(received_at) }));
}

type Row = {
  conversation_id: string;
  version: number;
  state: Conversation;
  instance_id: string;
  jid: string;
  is_held: boolean;
  phone_seq: number;
  later: LaterEvent[] | null;
  sends: OutboundMessage[] | null;
  participant: string | null;
  must_merge: boolean;
  now: string;
  seq: number;
  kind: 'message' | 'command';
  message_id: string;
  event: Record<string, unknown>;
  received_at: string;
  is_echo: boolean;
  business_id: string | null;
  name: string | null;
  typebot_integration_id: string | null;
  public_id: string;
  typebot_url: string;
  enabled: boolean;
  settings: unknown;
  updated_at: string;
};

function fromRow(row: Row): Loaded {
  return {
    conversationId: row.conversation_id,
    jid: row.jid,
    participant: row.participant,
    mustMerge: row.must_merge,
    version: row.version,
    state: row.state,
    isAbandoned: row.state.status === 'calling',
    isHeld: row.is_held,
    isEcho: row.is_echo,
    phoneSeq: row.phone_seq,
    later: row.later ?? [],
    sends: row.sends ?? [],
    now: Number(row.now),
    head: { seq: row.seq, kind: row.kind, messageId: row.message_id, event: row.event, receivedAt: Number(row.received_at) },
    instance: instanceOf(row),
    integration:
      row.typebot_integration_id === null
        ? null
        : {
            typebotIntegrationId: row.typebot_integration_id,
            publicId: row.public_id,
            typebotURL: row.typebot_url,
            enabled: row.enabled,
            settings: row.settings,
            updatedAt: Number(row.updated_at),
          },
  };
}

/** For an unregistered instance, name and business come from the event. */
function instanceOf({ instance_id, business_id, name, event }: Row): Loaded['instance'] {
  const named = event['instance'] as { name?: string | null; Business?: { businessId?: string } | null } | undefined;
  return {
    instanceId: instance_id,
    businessId: business_id ?? named?.Business?.businessId ?? 'default',
    name: name ?? named?.name ?? null,
    isRegistered: business_id !== null,
  };
}
