import type { Sql } from 'postgres';
import type { Conversation, InboundEvent, OutboundMessage } from '@typelane/core';

/** A chat as a turn finds it: its state, the event at its head, and all that decides the next step. */
export type Loaded = {
  conversationId: string;
  /** Normal form; replies go to the address as it came. */
  jid: string;
  /** Of a group where each participant has a conversation of their own: whose this is. */
  participant: string | null;
  /** The conversation that the contact had under another name goes first: see identities/adopt.ts. */
  mustMerge: boolean;
  version: number;
  state: Conversation;
  /** The call on record was never settled: its worker is gone and the time it could still be running is over. */
  isAbandoned: boolean;
  isHeld: boolean;
  isEcho: boolean;
  /** The last message from the phone itself that this row knows of. */
  phoneSeq: number;
  /** Messages behind the head, the oldest first, 50 at most; empty where none of them could silence the bot. */
  later: LaterEvent[];
  /** What was said last in this chat; empty where no message came from the phone itself. */
  sends: OutboundMessage[];
  now: number;
  /** `receivedAt`: when it was taken in, milliseconds since 1970. */
  head: { seq: number; kind: 'message' | 'command'; messageId: string; event: unknown; receivedAt: number };
  instance: { instanceId: string; businessId: string; name: string | null; isRegistered: boolean };
  integration: IntegrationRow | null;
};

/** `isKnownKey`: its key id is one that a send of ours was given. */
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
 * The chats of `ids` with something to do now, by the database's clock: an event to handle, no call that may be running, and
 * nothing to wait for. In the quiet after a call of unknown outcome only a pause or close is handed out, and what stands before it.
 *
 * A turn that waits is handed out early when something came in that may silence the bot; whether it does is core's to say.
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

/** A message from the phone silences the bot wherever it stands; a keyword only a turn that waits. */
const mayBeSilenced = (sql: Sql<{ bigint: number }>) => sql`(c.phone_seq > e.seq or (c.in_seq > e.seq and c.state ->> 'status' = 'due'))`;

const laterRows = (sql: Sql<{ bigint: number }>) => sql`(
  select jsonb_agg(jsonb_build_object('fromMe', b.from_me, 'event', b.event, 'isKnownKey',
    b.from_me and exists (select from sent_keys k where k.instance_id = c.instance_id and k.key_id = b.key_id)) order by b.seq)
  from (select * from inbox where conversation_id = c.conversation_id and seq > e.seq and kind = 'message' order by seq limit 50) b)`;

/**
 * Of five replies, the newest first: an echo is seconds old. In a group where each participant has a conversation of their own, five of
 * each. A reply whose WhatsApp ids are known needs no likeness: its echoes are known by them.
 */
const lastSends = (sql: Sql<{ bigint: number }>) => sql`(
  select jsonb_agg(m.message order by o.dispatched_at desc)
  from (select conversation_id from conversations s where s.instance_id = c.instance_id and s.jid = c.jid) s,
    lateral (select dispatched_at, reply, key_ids from outbox o where o.conversation_id = s.conversation_id and dispatched_at is not null order by seq desc limit 5) o,
    jsonb_array_elements(o.reply -> 'messages') as m (message)
  where coalesce(cardinality(o.key_ids), 0) < jsonb_array_length(o.reply -> 'messages'))`;

/** What decides whether a reply may still be said, looked at again: see `judgedSeq` of a commit. Null when the chat is gone. */
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

/** An unregistered instance is called what its events say of it. */
function instanceOf({ instance_id, business_id, name, event }: Row): Loaded['instance'] {
  const told = event['instance'] as { name?: string | null; Business?: { businessId?: string } | null } | undefined;
  return {
    instanceId: instance_id,
    businessId: business_id ?? told?.Business?.businessId ?? 'default',
    name: name ?? told?.name ?? null,
    isRegistered: business_id !== null,
  };
}
