import { randomUUID } from 'node:crypto';
import { type Conversation, type Jid, parseJid, type Session } from '@typelane/core';
import { databaseForTest } from '@typelane/testkit/vitest';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  acknowledge,
  adopt,
  connect,
  conversationId,
  conversationsOf,
  type Database,
  ingestLetters,
  type Letter,
  load,
  order,
} from '../src/index.ts';

/** A contact with several names has one conversation, whatever stood in the others when the names became known. */
let database: Database;
let drop: () => Promise<void>;

beforeAll(async () => {
  const fresh = await databaseForTest();
  database = connect(fresh.url);
  drop = () => fresh.drop();
});

afterAll(async () => {
  await database.close();
  await drop();
});

const instanceId = 'inst-1';
const group = '120363000000000000@g.us';
let contacts = 0;

type Contact = { phone: string; lid: string; bsuid: string; phoneChat: string; lidChat: string };

function newContact(): Contact {
  contacts += 1;
  const phone = `5531${String(contacts).padStart(9, '0')}@s.whatsapp.net`;
  const lid = `${100_000_000 + contacts}@lid`;
  return { phone, lid, bsuid: `BR.${contacts}`, phoneChat: chatOf(phone), lidChat: chatOf(lid) };
}

function known(text: string): Jid {
  const jid = parseJid(text);
  if (jid === null) throw new Error(`${text} is no address`);
  return jid;
}

function chatOf(address: string, participant: string | null = null, instance = instanceId): string {
  return conversationId(instance, known(address), participant === null ? null : known(participant));
}

type Telling = { pair?: [phone: string, other: string]; participant?: string; fromMe?: boolean; instance?: string };

function letter(from: string, keyId: string, { pair, participant, fromMe = false, instance = instanceId }: Telling = {}): Letter {
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
    holds: false,
    address,
    participant: participant === undefined ? null : known(participant),
    pair: phone?.kind === 'phone' && other ? { phone, other } : null,
  };
}

const write = (...letters: Letter[]) => ingestLetters(database.sql, letters);
const tells = ({ phone, lid }: Contact): Telling => ({ pair: [phone, lid] });

type Row = {
  state: Conversation;
  version: number;
  follows: string | null;
  in_seq: number;
  handled_seq: number;
  jid: string;
  participant: string | null;
};

async function row(id: string): Promise<Row | undefined> {
  const [found] = await database.sql<Row[]>`select * from conversations where conversation_id = ${id}`;
  return found;
}

async function inbox(id: string): Promise<string[]> {
  const rows = await database.sql<{ key_id: string }[]>`select key_id from inbox where conversation_id = ${id} order by seq`;
  return rows.map((each) => each.key_id);
}

const session = (sessionId = randomUUID()): Session => ({ sessionId, typebotIntegrationId: null, address: '', activeAt: 0, bot: null });

/** Everything in the inbox is handled and the chat stands so. */
async function stands(id: string, state: Conversation): Promise<void> {
  await database.sql`update conversations set state = ${JSON.stringify(state)}::text::jsonb, handled_seq = in_seq where conversation_id = ${id}`;
  if (!('session' in state)) return;
  const status = state.status === 'paused' ? 'paused' : 'open';
  await database.sql`
    insert into sessions (session_id, conversation_id, instance_id, key_remote_jid, status)
    select ${state.session.sessionId}, conversation_id, instance_id, jid, ${status} from conversations where conversation_id = ${id}`;
}

async function handleAll(id: string): Promise<void> {
  await database.sql`update conversations set handled_seq = in_seq, open_call_until = null where conversation_id = ${id}`;
}

async function sessionsOf(...ids: string[]): Promise<Record<string, unknown>> {
  const rows = await database.sql<
    { session_id: string; conversation_id: string; key_remote_jid: string; status: string; reason: string | null }[]
  >`
    select * from sessions where conversation_id = any(${ids}::uuid[])`;
  return Object.fromEntries(rows.map((each) => [each.session_id, [each.conversation_id, each.key_remote_jid, each.status, each.reason]]));
}

const loadOne = async (id: string) => (await load(database.sql, [id]))[0] ?? null;

describe('who an event is from', () => {
  test.each([
    ['553188887777@s.whatsapp.net', '5531988887777@s.whatsapp.net'],
    ['525512345678@s.whatsapp.net', '5215512345678@s.whatsapp.net'],
    ['541123456789@s.whatsapp.net', '5491123456789@s.whatsapp.net'],
  ])('%s and %s are one chat', async (shorter, longer) => {
    await write(letter(shorter, 'a'), letter(longer, 'b'), letter(shorter, 'c'));
    expect(await inbox(chatOf(longer))).toEqual(['a', 'b', 'c']);
    expect(await row(chatOf(shorter))).toMatchObject({ jid: shorter });
  });

  test('a name that was told to be a phone’s is that phone from then on, also within a batch', async () => {
    const who = newContact();
    await write(letter(who.lid, 'a'), letter(who.lid, 'b', tells(who)), letter(who.phone, 'c'));
    await write(letter(who.lid, 'd'), letter(who.phone, 'e'));
    expect(await inbox(who.phoneChat)).toEqual(['a', 'b', 'c', 'd', 'e']);
    expect(await row(who.phoneChat)).toMatchObject({ jid: who.phone, follows: null });
    expect(await row(who.lidChat)).toBeUndefined();
  });

  test('a phone is called as it was told, not as the rules would have it', async () => {
    const lid = '190000000000001@lid';
    await write(letter(lid, 'a', { pair: ['553177776666@s.whatsapp.net', lid] }));
    expect(await row(chatOf('5531977776666@s.whatsapp.net'))).toMatchObject({ jid: '553177776666@s.whatsapp.net' });
  });

  test('what one instance has learnt, another does not know', async () => {
    const who = newContact();
    await write(letter(who.lid, 'a', tells(who)), letter(who.lid, 'a', { instance: 'inst-2' }));
    expect(await inbox(chatOf(who.lid, null, 'inst-2'))).toEqual(['a']);
  });

  test('the first phone told of a name stands', async () => {
    const [who, another] = [newContact(), newContact()];
    await write(letter(who.lid, 'a', tells(who)));
    await write(letter(another.phone, 'b', { pair: [another.phone, who.lid] }), letter(who.lid, 'c'));
    expect(await inbox(who.phoneChat)).toEqual(['a', 'c']);
    expect(await inbox(another.phoneChat)).toEqual(['b']);
  });

  test('an event that comes again after its sender became known is known, under either name', async () => {
    const who = newContact();
    await write(letter(who.lid, 'a'));
    await write(letter(who.lid, 'a'), letter(who.lid, 'b', tells(who)));
    const again = await write(letter(who.lid, 'a'), letter(who.phone, 'a', tells(who)), letter(who.phone, 'b'), letter(who.lid, 'b'));
    expect(again).toEqual([]);
    expect([await inbox(who.lidChat), await inbox(who.phoneChat)]).toEqual([['a'], ['b']]);
  });

  test('a command by any name goes to the phone', async () => {
    const who = newContact();
    await write(letter(who.phone, 'a', tells(who)));
    const ordered = await order(database.sql, instanceId, who.lid, { type: 'pause', sessionId: randomUUID() });
    expect(ordered).toEqual({ conversationId: who.phoneChat, seq: 2 });
  });

  test('all conversations of a contact are found by any name', async () => {
    const who = newContact();
    await write(letter(who.lid, 'a'));
    await write(letter(who.phone, 'b', tells(who)), letter(who.bsuid, 'c', { pair: [who.phone, who.bsuid] }));
    const all = [who.phoneChat, who.lidChat, chatOf(who.bsuid)].toSorted();
    for (const name of [who.phone, who.lid, who.bsuid]) {
      expect((await conversationsOf(database.sql, instanceId, known(name))).toSorted()).toEqual(all);
    }
  });
});

describe('a contact who wrote under another name before', () => {
  /** The contact wrote by LID, its chat came to `state`, and then the phone became known. */
  async function joined(state: Conversation, phoneState: Conversation | null = null): Promise<Contact> {
    const who = newContact();
    await write(letter(who.lid, 'a'), letter(who.lid, 'b'));
    await stands(who.lidChat, state);
    if (phoneState) {
      await write(letter(who.phone, '0'));
      await stands(who.phoneChat, phoneState);
    }
    await write(letter(who.phone, 'c', tells(who)));
    return who;
  }

  test('goes on at once when nothing is left there', async () => {
    const who = await joined({ status: 'idle' });
    expect(await row(who.phoneChat)).toMatchObject({ follows: null });
    expect(await loadOne(who.phoneChat)).toMatchObject({ mustAdopt: false, head: { messageId: 'c' } });
  });

  test.each<[string, Conversation]>([
    ['waits for an answer', { status: 'waiting', session: session() }],
    ['was taken by a human', { status: 'paused', session: session(), since: 5 }],
    ['came to an end', { status: 'ended', at: 7 }],
  ])('finds the bot where it %s', async (_where, state) => {
    const who = await joined(state);
    expect(await loadOne(who.phoneChat)).toMatchObject({ mustAdopt: true });
    expect(await adopt(database.sql, who.phoneChat)).toBe(true);
    expect(await loadOne(who.phoneChat)).toMatchObject({ mustAdopt: false, state, head: { messageId: 'c', seq: 3 } });
    expect(await row(who.lidChat)).toMatchObject({ state: { status: 'idle' }, version: 1 });
    const expected =
      'session' in state
        ? { [state.session.sessionId]: [who.phoneChat, who.phone, state.status === 'paused' ? 'paused' : 'open', null] }
        : {};
    expect(await sessionsOf(who.phoneChat, who.lidChat)).toEqual(expected);
    // A worker that had either before writes nothing.
    expect(await row(who.phoneChat)).toMatchObject({ follows: null, version: 1 });
    expect(await adopt(database.sql, who.phoneChat)).toBe(true);
  });

  test.each<[string, Conversation['status'], string]>([
    ['an event to handle', 'waiting', 'in_seq = in_seq + 1'],
    ['a call that may be running', 'calling', "open_call_until = clock_timestamp() + interval '1 minute', in_seq = in_seq + 1"],
    ['a wait in the flow', 'due', 'in_seq = in_seq + 1'],
  ])('waits until it is at its end: it has %s', async (_what, status, change) => {
    const who = newContact();
    await write(letter(who.lid, 'a'), letter(who.lid, 'b'));
    const living = session();
    await stands(who.lidChat, { status: 'waiting', session: living });
    await database.sql`update conversations set ${database.sql.unsafe(change)}, state = state || ${JSON.stringify({ status })}::text::jsonb where conversation_id = ${who.lidChat}`;
    await write(letter(who.phone, 'c', tells(who)));
    expect(await adopt(database.sql, who.phoneChat)).toBe(false);
    expect(await row(who.phoneChat)).toMatchObject({ follows: who.lidChat, version: 0 });
    await database.sql`update conversations set state = ${JSON.stringify({ status: 'waiting', session: living })}::text::jsonb where conversation_id = ${who.lidChat}`;
    await handleAll(who.lidChat);
    expect(await adopt(database.sql, who.phoneChat)).toBe(true);
    expect(await loadOne(who.phoneChat)).toMatchObject({ state: { status: 'waiting', session: living }, head: { messageId: 'c' } });
  });

  test('lets a turn of the phone’s that has begun come to its end first', async () => {
    const who = newContact();
    await write(letter(who.lid, 'a'), letter(who.phone, '0'));
    await stands(who.lidChat, { status: 'waiting', session: session() });
    await database.sql`update conversations set state = '{"status":"due"}' where conversation_id = ${who.phoneChat}`;
    await write(letter(who.lid, 'b', tells(who)));
    expect(await loadOne(who.phoneChat)).toMatchObject({ mustAdopt: false, head: { messageId: '0' } });
    expect(await adopt(database.sql, who.phoneChat)).toBe(false);
    expect(await row(who.phoneChat)).toMatchObject({ version: 0 });
    await database.sql`update conversations set state = '{"status":"idle"}', handled_seq = 1 where conversation_id = ${who.phoneChat}`;
    expect(await loadOne(who.phoneChat)).toMatchObject({ mustAdopt: true, head: { messageId: 'b' } });
    expect(await adopt(database.sql, who.phoneChat)).toBe(true);
  });

  test('with a session under each name keeps the phone’s', async () => {
    const [mine, theirs] = [session(), session()];
    const who = await joined({ status: 'waiting', session: theirs }, { status: 'waiting', session: mine });
    expect(await adopt(database.sql, who.phoneChat)).toBe(true);
    expect(await sessionsOf(who.phoneChat, who.lidChat)).toEqual({
      [mine.sessionId]: [who.phoneChat, who.phone, 'open', null],
      [theirs.sessionId]: [who.lidChat, who.lid, 'closed', 'replaced'],
    });
    expect(await row(who.lidChat)).toMatchObject({ state: { status: 'idle' } });
  });

  test('whom a human has under the other name stays in human hands', async () => {
    const [mine, theirs] = [session(), session()];
    const who = await joined({ status: 'paused', session: theirs, since: 5 }, { status: 'waiting', session: mine });
    expect(await adopt(database.sql, who.phoneChat)).toBe(true);
    expect(await sessionsOf(who.phoneChat, who.lidChat)).toEqual({
      [mine.sessionId]: [who.phoneChat, who.phone, 'closed', 'replaced'],
      [theirs.sessionId]: [who.phoneChat, who.phone, 'paused', null],
    });
  });

  test('is not asked before Typebot has been quiet for the other name', async () => {
    const who = newContact();
    await write(letter(who.lid, 'a'));
    await stands(who.lidChat, { status: 'waiting', session: session() });
    await database.sql`update conversations set quiet_until = clock_timestamp() + interval '1 minute', timer_at = '2030-01-01' where conversation_id = ${who.lidChat}`;
    await write(letter(who.phone, 'b', tells(who)));
    expect(await adopt(database.sql, who.phoneChat)).toBe(true);
    expect(await loadOne(who.phoneChat)).toBeNull();
    const timers = await database.sql<{ id: string }[]>`
      select conversation_id as id from conversations where conversation_id = any(${[who.phoneChat, who.lidChat]}::uuid[]) and timer_at = '2030-01-01'`;
    expect(timers.map(({ id }) => id)).toEqual([who.phoneChat]);
    expect(await row(who.phoneChat)).toMatchObject({ state: { status: 'waiting' } });
  });

  test('still gets the replies that were on their way under the other name', async () => {
    const who = newContact();
    await write(letter(who.lid, 'a'));
    await stands(who.lidChat, { status: 'waiting', session: session() });
    const [first, second] = [randomUUID(), randomUUID()];
    await database.sql`
      insert into outbox (conversation_id, seq, reply_id, reply, handed_at)
      values (${who.lidChat}, 1, ${first}, '{}', clock_timestamp()), (${who.lidChat}, 2, ${second}, '{}', null)`;
    await database.sql`update conversations set out_seq = 2 where conversation_id = ${who.lidChat}`;
    await write(letter(who.phone, 'b', tells(who)));
    expect(await adopt(database.sql, who.phoneChat)).toBe(true);
    expect(await acknowledge(database.sql, [{ replyId: first, keyIds: ['WA-1'], failure: null }])).toMatchObject([
      { replyId: second, seq: 2 },
    ]);
  });

  test('has one conversation after three', async () => {
    const who = newContact();
    const living = session();
    await write(letter(who.lid, 'a'), letter(who.bsuid, 'b'));
    await stands(who.lidChat, { status: 'waiting', session: living });
    await write(letter(who.phone, 'c', tells(who)), letter(who.phone, 'd', { pair: [who.phone, who.bsuid] }));
    expect(await adopt(database.sql, who.phoneChat)).toBe(false);
    await handleAll(chatOf(who.bsuid));
    expect(await adopt(database.sql, who.phoneChat)).toBe(true);
    expect(await loadOne(who.phoneChat)).toMatchObject({
      mustAdopt: false,
      state: { status: 'waiting', session: living },
      head: { messageId: 'c' },
    });
    expect(await sessionsOf(who.phoneChat)).toEqual({ [living.sessionId]: [who.phoneChat, who.phone, 'open', null] });
  });

  test('is adopted once by any number of workers', async () => {
    const living = session();
    const who = await joined({ status: 'waiting', session: living });
    expect(await Promise.all([1, 2, 3, 4].map(() => adopt(database.sql, who.phoneChat)))).toEqual([true, true, true, true]);
    expect(await row(who.phoneChat)).toMatchObject({ version: 1, state: { status: 'waiting', session: living } });
  });

  test('whose earlier conversation was erased goes on without it', async () => {
    const who = await joined({ status: 'waiting', session: session() });
    await database.sql`delete from conversations where conversation_id = ${who.lidChat}`;
    expect(await adopt(database.sql, who.phoneChat)).toBe(true);
    expect(await loadOne(who.phoneChat)).toMatchObject({ mustAdopt: false, state: { status: 'idle' } });
  });

  test('can have a session of then opened again', async () => {
    const who = newContact();
    await write(letter(who.lid, 'a'));
    await handleAll(who.lidChat);
    await write(letter(who.phone, 'b', tells(who)));
    const old = { conversationId: who.lidChat, keyRemoteJid: who.lid };
    const opened = await order(database.sql, instanceId, old, {
      type: 'open',
      sessionId: randomUUID(),
      snapshot: { typebotIntegrationId: null, bot: null },
    });
    expect(opened.conversationId).toBe(who.phoneChat);
    // What is about the session itself goes where it is.
    const closing = await order(database.sql, instanceId, old, { type: 'close', sessionId: randomUUID(), reason: 'operator' });
    expect(closing.conversationId).toBe(who.lidChat);
  });
});

describe('in a group where each participant has a conversation', () => {
  beforeAll(async () => {
    await database.sql`insert into businesses (business_id, name) values ('b', 'b') on conflict do nothing`;
    for (const [id, settings] of Object.entries({
      apart: { groups: 'allow', groupConversations: 'participant' },
      together: { groups: 'allow' },
      ignored: { groupConversations: 'participant' },
    })) {
      await database.sql`insert into instances (instance_id, business_id) values (${id}, 'b')`;
      await database.sql`
        insert into typebot_integrations (typebot_integration_id, instance_id, public_id, typebot_url, enabled, settings)
        values (${randomUUID()}, ${id}, 'bot', 'https://typebot.io', true, ${JSON.stringify(settings)}::text::jsonb)`;
    }
  });

  const inGroup = (instance: string, participant: string, keyId: string, more: Telling = {}) =>
    letter(group, keyId, { instance, participant, ...more });

  test('they are kept apart, by whom they are of', async () => {
    const [ana, bob] = [newContact(), newContact()];
    await write(inGroup('apart', ana.phone, 'a'), inGroup('apart', bob.phone, 'b'), inGroup('apart', ana.phone.replace('@', ':3@'), 'c'));
    const [anas, bobs] = [ana, bob].map(({ phone }) => chatOf(group, phone, 'apart'));
    expect(await inbox(anas ?? '')).toEqual(['a', 'c']);
    expect(await inbox(bobs ?? '')).toEqual(['b']);
    expect(await row(anas ?? '')).toMatchObject({ jid: group, participant: ana.phone });
    expect(await loadOne(anas ?? '')).toMatchObject({ jid: group, participant: ana.phone });
  });

  test.each(['together', 'ignored'])('they are not where the instance has it otherwise: %s', async (instance) => {
    const [ana, bob] = [newContact(), newContact()];
    await write(inGroup(instance, ana.phone, ana.phone), inGroup(instance, bob.phone, bob.phone));
    expect(await inbox(chatOf(group, null, instance))).toEqual([ana.phone, bob.phone]);
    expect(await row(chatOf(group, null, instance))).toMatchObject({ participant: null });
  });

  test('what our own phone or nobody wrote is the group’s', async () => {
    const us = newContact();
    await write(inGroup('apart', us.phone, 'ours', { fromMe: true }), letter(group, 'nobody', { instance: 'apart' }));
    expect(await inbox(chatOf(group, null, 'apart'))).toEqual(['ours', 'nobody']);
  });

  test('a participant known by two names is one, and what began under the first goes on in every group', async () => {
    const who = newContact();
    const elsewhere = '120363000000000009@g.us';
    const living = session();
    await write(
      inGroup('apart', who.lid, 'a'),
      letter(elsewhere, 'b', { instance: 'apart', participant: who.lid }),
      letter(who.lid, 'c', { instance: 'apart' }),
    );
    await stands(chatOf(elsewhere, who.lid, 'apart'), { status: 'waiting', session: living });
    await write(inGroup('apart', who.lid, 'd', { pair: [who.phone, who.lid] }));
    const mine = chatOf(group, who.phone, 'apart');
    expect(await inbox(mine)).toEqual(['d']);
    expect(await adopt(database.sql, mine)).toBe(false);
    await handleAll(chatOf(group, who.lid, 'apart'));
    expect(await adopt(database.sql, mine)).toBe(true);

    await write(letter(elsewhere, 'e', { instance: 'apart', participant: who.phone }), letter(who.lid, 'f', { instance: 'apart' }));
    const there = chatOf(elsewhere, who.phone, 'apart');
    expect(await adopt(database.sql, there)).toBe(true);
    expect(await loadOne(there)).toMatchObject({
      state: { status: 'waiting', session: living },
      participant: who.phone,
      head: { messageId: 'e' },
    });
    expect(await row(chatOf(who.phone, null, 'apart'))).toMatchObject({ follows: chatOf(who.lid, null, 'apart'), participant: null });
  });
});

describe('whatever meets', () => {
  const kinds = ['lid', 'phone', 'lid with phone', 'phone with lid'] as const;
  const kind = fc.constantFrom(...kinds);
  const from = (who: Contact, of: (typeof kinds)[number], keyId: string): Letter =>
    letter(of.startsWith('lid') ? who.lid : who.phone, keyId, of.includes('with') ? tells(who) : {});

  /** Carries the head event of a chat to its end, as a worker does. Null: there is none, or it has to wait. */
  async function handle(id: string): Promise<string | null> {
    const loaded = await loadOne(id);
    if (loaded === null) return null;
    if (loaded.mustAdopt) return (await adopt(database.sql, id)) ? handle(id) : null;
    await database.sql`
      update conversations set handled_seq = ${loaded.head.seq}, version = version + 1, state = '{"status":"ended","at":1}'
      where conversation_id = ${id} and version = ${loaded.version}`;
    return loaded.head.messageId;
  }

  test('a contact’s events are handled in the order of their add from the moment the names are known, and none is lost', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(kind, fc.array(fc.boolean(), { maxLength: 3 })), { minLength: 2, maxLength: 12 }),
        fc.nat(3),
        async (events, batchMax) => {
          const who = newContact();
          const handled: string[] = [];
          const work = async (id: string) => {
            const key = await handle(id);
            if (key !== null) handled.push(key);
            return key !== null;
          };
          let batch: Letter[] = [];
          for (const [index, [of, turns]] of events.entries()) {
            batch.push(from(who, of, String(index)));
            if (batch.length <= batchMax && index < events.length - 1) continue;
            await write(...batch);
            batch = [];
            for (const isPhone of turns) await work(isPhone ? who.phoneChat : who.lidChat);
          }
          while ((await work(who.phoneChat)) || (await work(who.lidChat)));
          expect(handled.toSorted()).toEqual(events.map((_, index) => String(index)).toSorted());
          const told = events.findIndex(([of]) => of.includes('with'));
          for (const [name, isOf] of [
            ['lid', (of: string) => of.startsWith('lid')],
            ['phone', (of: string) => of.startsWith('phone')],
          ] as const) {
            const places = events.flatMap(([of], index) =>
              isOf(of) || (told !== -1 && index >= told) ? [handled.indexOf(String(index))] : [],
            );
            expect(places, name).toEqual(places.toSorted((a, b) => a - b));
          }
        },
      ),
      { numRuns: 60 },
    );
  });

  test('of batches of several ingesters, each event stands in one inbox, and none in a conversation that was left', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(fc.tuple(fc.nat(2), kind, fc.nat(6)), { minLength: 1, maxLength: 6 }), { minLength: 2, maxLength: 5 }),
        async (batches) => {
          const three = [newContact(), newContact(), newContact()] as const;
          const of = (index: number) => three[index as 0 | 1 | 2];
          const letters = batches.map((each) => each.map(([index, what, key]) => from(of(index), what, `${what.slice(0, 3)}${key}`)));
          await Promise.all(letters.map((each) => write(...each)));
          for (const who of three) {
            const [phones, lids] = [await inbox(who.phoneChat), await inbox(who.lidChat)];
            expect(new Set([...phones, ...lids]).size).toBe(phones.length + lids.length);
            const { follows = null } = (await row(who.phoneChat)) ?? {};
            const isTold = batches.flat().some(([index, what]) => of(index) === who && what.includes('with'));
            expect(follows).toBe(isTold && lids.length > 0 ? who.lidChat : null);
          }
        },
      ),
      { numRuns: 60 },
    );
  });
});
