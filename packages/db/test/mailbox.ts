import { randomUUID } from 'node:crypto';
import { type Conversation, type Jid, parseJid, type Session } from '@typelane/core';
import { databaseForTest } from '@typelane/testkit/vitest';
import { connect, conversationId, type Database, ingestEvents, type AddressedEvent, load, type Loaded } from '../src/index.ts';

/** A contact with three names, and the conversations that two of them would have. */
export type Contact = { phone: string; lid: string; bsuid: string; phoneChat: string; lidChat: string };

/** What an event tells besides its address. */
export type PendingSessionEvent = { pair?: [phone: string, other: string]; participant?: string; fromMe?: boolean; instance?: string };

export type Row = {
  state: Conversation;
  version: number;
  merge_from: string | null;
  in_seq: number;
  handled_seq: number;
  jid: string;
  participant: string | null;
};

export const instanceId = 'inst-1';
export const group = '120363000000000000@g.us';

let contacts = 0;

export function newContact(): Contact {
  contacts += 1;
  const phone = `5531${String(contacts).padStart(9, '0')}@s.whatsapp.net`;
  const lid = `${100_000_000 + contacts}@lid`;
  return { phone, lid, bsuid: `BR.${contacts}`, phoneChat: chatOf(phone), lidChat: chatOf(lid) };
}

export function known(text: string): Jid {
  const jid = parseJid(text);
  if (jid === null) throw new Error(`${text} is no address`);
  return jid;
}

export function chatOf(address: string, participant: string | null = null, instance = instanceId): string {
  return conversationId(instance, known(address), participant === null ? null : known(participant));
}

export function letter(
  from: string,
  keyId: string,
  { pair, participant, fromMe = false, instance = instanceId }: PendingSessionEvent = {},
): AddressedEvent {
  const address = known(from);
  const [phone, other] = pair ? pair.map(known) : [];
  return {
    conversationId: chatOf(from, null, instance),
    instanceId: instance,
    jid: address.jid,
    kind: 'message',
    fromMe,
    keyId,
    messageId: keyId,
    event: { keyId },
    holdsReplies: false,
    address,
    participant: participant === undefined ? null : known(participant),
    pair: phone?.kind === 'phone' && other ? { phone, other } : null,
  };
}

export function tells({ phone, lid }: Contact): PendingSessionEvent {
  return { pair: [phone, lid] };
}

export function session(sessionId: string = randomUUID()): Session {
  return { sessionId, typebotIntegrationId: null, address: '', activeAt: 0, bot: null };
}

export type Mailbox = {
  database: Database;
  write(...letters: AddressedEvent[]): ReturnType<typeof ingestEvents>;
  row(id: string): Promise<Row | undefined>;
  /** Key ids in their order. */
  inbox(id: string): Promise<string[]>;
  loadOne(id: string): Promise<Loaded | null>;
  /** Everything in the inbox is handled and the chat stands so. */
  stands(id: string, state: Conversation): Promise<void>;
  handleAll(id: string): Promise<void>;
  /** Of these conversations: `[conversation, address, status, reason]` by session. */
  sessionsOf(...ids: string[]): Promise<Record<string, unknown>>;
  close(): Promise<void>;
};

/** A database of its own, and what a test does and sees in it. */
export async function openMailbox(): Promise<Mailbox> {
  const fresh = await databaseForTest();
  const database = connect(fresh.url);
  const { sql } = database;
  return {
    database,
    write: (...letters) => ingestEvents(sql, letters),
    row: async (id) => (await sql<Row[]>`select * from conversations where conversation_id = ${id}`)[0],
    async inbox(id) {
      const rows = await sql<{ key_id: string }[]>`select key_id from inbox where conversation_id = ${id} order by seq`;
      return rows.map((each) => each.key_id);
    },
    loadOne: async (id) => (await load(sql, [id]))[0] ?? null,
    async stands(id, state) {
      await sql`update conversations set state = ${JSON.stringify(state)}::text::jsonb, handled_seq = in_seq where conversation_id = ${id}`;
      if (!('session' in state)) return;
      const status = state.status === 'paused' ? 'paused' : 'open';
      await sql`
        insert into sessions (session_id, conversation_id, instance_id, key_remote_jid, status)
        select ${state.session.sessionId}, conversation_id, instance_id, jid, ${status} from conversations where conversation_id = ${id}`;
    },
    async handleAll(id) {
      await sql`update conversations set handled_seq = in_seq, open_call_until = null where conversation_id = ${id}`;
    },
    async sessionsOf(...ids) {
      const rows = await sql<
        { session_id: string; conversation_id: string; key_remote_jid: string; status: string; reason: string | null }[]
      >`
        select * from sessions where conversation_id = any(${ids}::uuid[])`;
      return Object.fromEntries(
        rows.map((each) => [each.session_id, [each.conversation_id, each.key_remote_jid, each.status, each.reason]]),
      );
    },
    async close() {
      await database.close();
      await fresh.drop();
    },
  };
}
