import { randomUUID } from 'node:crypto';
import { databaseForTest } from '@typelane/testkit/vitest';
import { waitUntil } from '@typelane/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  type Arrival,
  insertDeadLetters,
  commit,
  type Commit,
  connect,
  conversationId,
  type Database,
  ingest,
  type SessionRow,
  unqueued,
} from '../src/index.ts';

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

type Change = Pick<SessionRow, 'status'> & { reason?: string };

test.each<[what: string, changes: Change[], events: string[]]>([
  ['a session that opens', [{ status: 'open' }], ['session.opened']],
  ['one that is open already', [{ status: 'open' }, { status: 'open' }], ['session.opened']],
  ['one that a human pauses before the first reply', [{ status: 'paused', reason: 'human' }], ['session.paused human']],
  [
    'one that is paused twice',
    [
      { status: 'paused', reason: 'a' },
      { status: 'paused', reason: 'b' },
    ],
    ['session.paused a'],
  ],
  [
    'one that goes through everything',
    [
      { status: 'open' },
      { status: 'paused', reason: 'operator' },
      { status: 'open' },
      { status: 'closed', reason: 'completed' },
      { status: 'open' },
    ],
    ['session.opened', 'session.paused operator', 'session.resumed', 'session.closed completed', 'session.resumed'],
  ],
])('%s causes an event for each change, once', async (_what, changes, expected) => {
  const chat = await newChat(changes.length);
  for (const [index, change] of changes.entries())
    await commit(database.sql, [stepOf(chat, index, { sessions: [sessionOf(chat, change)] })]);
  expect(await sessionEventsOf(chat)).toEqual(expected);
});

test('when a session replaces another, the end comes before the beginning', async () => {
  const chat = await newChat(2);
  await commit(database.sql, [stepOf(chat, 0, { sessions: [sessionOf(chat, { status: 'open' })] })]);
  const next = { ...sessionOf(chat, { status: 'open' }), sessionId: randomUUID() };
  await commit(database.sql, [stepOf(chat, 1, { sessions: [sessionOf(chat, { status: 'closed', reason: 'bot_lost' }), next] })]);
  expect(await sessionEventsOf(chat)).toEqual(['session.opened', 'session.closed bot_lost', 'session.opened']);
});

test.each<[Commit['final'], string[]]>([
  [{ type: 'answered', sessionId: null, transcript: [] }, []],
  [{ type: 'ignored', reason: 'stale', sessionId: null, transcript: [] }, []],
  [{ type: 'dead', reason: 'http_403', sessionId: null, transcript: [] }, ['message.dead http_403']],
  [{ type: 'uncertain', reason: 'timeout', sessionId: null, transcript: [] }, ['turn.uncertain timeout']],
  [null, []],
])('an event that ends as %j', async (final, expected) => {
  const chat = await newChat(1);
  await commit(database.sql, [stepOf(chat, 0, { final })]);
  expect(await sessionEventsOf(chat)).toEqual(expected);
});

test('two workers with the same step cause one event', async () => {
  const chat = await newChat(1);
  const step = () => commit(database.sql, [stepOf(chat, 0, { sessions: [sessionOf(chat, { status: 'open' })] })]);
  await Promise.all([step(), step()]);
  expect(await sessionEventsOf(chat)).toEqual(['session.opened']);
});

test('a step that is not written causes no event', async () => {
  const chat = await newChat(1);
  await commit(database.sql, [stepOf(chat, 7, { sessions: [sessionOf(chat, { status: 'open' })] })]);
  expect(await sessionEventsOf(chat)).toEqual([]);
});

test('a turn that changes no session does not touch session events', async () => {
  const chat = await newChat(2);
  const opens = await database.sql.begin(async (transaction) => {
    await transaction`lock table session_events in access exclusive mode`;
    // Otherwise it would wait for the lock, and this transaction for it.
    expect(await commit(database.sql, [stepOf(chat, 0, {})])).toMatchObject([{ version: 1 }]);
    const waiting = commit(database.sql, [stepOf(chat, 1, { sessions: [sessionOf(chat, { status: 'open' })] })]);
    await waitUntil(async () => (await transaction`select from pg_locks where not granted`).length > 0, { what: 'the other one to wait' });
    return { waiting };
  });
  expect(await opens.waiting).toMatchObject([{ version: 2 }]);
  expect(await sessionEventsOf(chat)).toEqual(['session.opened']);
});

test('an event that dies during ingest causes one session event, however often it dies, and none without an instance', async () => {
  const instanceId = `ingest-${randomUUID()}`;
  const letter = { source: 'inbound' as const, reason: 'invalid_event', details: [], payload: '{}' };
  const sourceKey = randomUUID();
  await insertDeadLetters(database.sql, [
    { ...letter, instanceId, sourceKey },
    { ...letter, instanceId, sourceKey },
    { ...letter, instanceId: null, sourceKey: randomUUID() },
  ]);
  const rows = await database.sql`select type, data from session_events where instance_id = ${instanceId}`;
  expect(rows).toMatchObject([{ type: 'message.dead', data: { reason: 'invalid_event', businessId: null, sessionId: null } }]);
});

test('a dead letter with an overlong instance id is stored without it', async () => {
  const sourceKey = randomUUID();
  // Random, because the index could compress anything else.
  const instanceId = Array.from({ length: 500 }, () => randomUUID()).join('');
  await insertDeadLetters(database.sql, [
    { instanceId, source: 'inbound', sourceKey, reason: 'invalid_event', details: [], payload: '{}' },
  ]);
  expect(await database.sql`select instance_id from dead_letters where source_key = ${sourceKey}`).toEqual([{ instance_id: null }]);
});

type Chat = { id: string; jid: string; instanceId: string; sessionId: string };
let chats = 0;

/** A conversation with this number of waiting events. */
async function newChat(events: number): Promise<Chat> {
  chats += 1;
  const jid = `5532${String(chats).padStart(9, '0')}@s.whatsapp.net`;
  const instanceId = `instance-${chats}`;
  const chat = { id: conversationId(instanceId, { kind: 'phone', jid, key: jid, phone: '' }), jid, instanceId, sessionId: randomUUID() };
  await ingest(
    database.sql,
    Array.from({ length: events }, (_, index): Arrival => {
      const keyId = `key-${index}`;
      return {
        conversationId: chat.id,
        instanceId,
        jid,
        kind: 'message',
        fromMe: false,
        keyId,
        messageId: keyId,
        event: {},
        holdsReplies: false,
      };
    }),
  );
  return chat;
}

function stepOf(chat: Chat, index: number, change: Partial<Commit>): Commit {
  return {
    commitId: randomUUID(),
    conversationId: chat.id,
    version: index,
    state: { status: 'idle' },
    seq: index + 1,
    final: { type: 'answered', sessionId: null, transcript: [] },
    events: 1,
    timerAt: null,
    reviewedSeq: 0,
    openCallMs: null,
    quarantineMs: null,
    waitMs: null,
    reply: null,
    sessions: [],
    ...change,
  };
}

function sessionOf({ sessionId, instanceId, jid }: Chat, { status, reason }: Change): SessionRow {
  return { sessionId, instanceId, keyRemoteJid: jid, typebotIntegrationId: null, status, reason: reason ?? null, bot: null };
}

/** In the order of the queue. */
async function sessionEventsOf({ instanceId }: Chat): Promise<string[]> {
  const all = (await unqueued(database.sql, 10_000)).filter(({ data }) => data.instanceId === instanceId);
  return all.map(({ type, data: { reason } }) => (reason === null ? type : `${type} ${reason}`));
}
