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

test.each<[what: string, changes: Change[], told: string[]]>([
  ['a session that opens', [{ status: 'open' }], ['session.opened']],
  ['one that is on record as open', [{ status: 'open' }, { status: 'open' }], ['session.opened']],
  ['one that a human takes before the bot spoke', [{ status: 'paused', reason: 'human' }], ['session.paused human']],
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
])('%s tells what is new, once', async (_what, changes, expected) => {
  const chat = await newChat(changes.length);
  for (const [index, change] of changes.entries())
    await commit(database.sql, [stepOf(chat, index, { sessions: [sessionOf(chat, change)] })]);
  expect(await toldOf(chat)).toEqual(expected);
});

test('of a session that ends and one that begins in its place the end is told first', async () => {
  const chat = await newChat(2);
  await commit(database.sql, [stepOf(chat, 0, { sessions: [sessionOf(chat, { status: 'open' })] })]);
  const next = { ...sessionOf(chat, { status: 'open' }), sessionId: randomUUID() };
  await commit(database.sql, [stepOf(chat, 1, { sessions: [sessionOf(chat, { status: 'closed', reason: 'bot_lost' }), next] })]);
  expect(await toldOf(chat)).toEqual(['session.opened', 'session.closed bot_lost', 'session.opened']);
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
  expect(await toldOf(chat)).toEqual(expected);
});

test('of two workers with the same step one tells of it', async () => {
  const chat = await newChat(1);
  const step = () => commit(database.sql, [stepOf(chat, 0, { sessions: [sessionOf(chat, { status: 'open' })] })]);
  await Promise.all([step(), step()]);
  expect(await toldOf(chat)).toEqual(['session.opened']);
});

test('a step that is not written tells nothing', async () => {
  const chat = await newChat(1);
  await commit(database.sql, [stepOf(chat, 7, { sessions: [sessionOf(chat, { status: 'open' })] })]);
  expect(await toldOf(chat)).toEqual([]);
});

test('a turn that changes no session does not touch what is told', async () => {
  const chat = await newChat(2);
  const opens = await database.sql.begin(async (transaction) => {
    await transaction`lock table session_events in access exclusive mode`;
    // Would wait for the lock, and the lock for it.
    expect(await commit(database.sql, [stepOf(chat, 0, {})])).toMatchObject([{ version: 1 }]);
    const waiting = commit(database.sql, [stepOf(chat, 1, { sessions: [sessionOf(chat, { status: 'open' })] })]);
    await waitUntil(async () => (await transaction`select from pg_locks where not granted`).length > 0, { what: 'the other one to wait' });
    return { waiting };
  });
  expect(await opens.waiting).toMatchObject([{ version: 2 }]);
  expect(await toldOf(chat)).toEqual(['session.opened']);
});

test('an event that dies at the door is told of once, however often it is met, and not when nobody knows whose it is', async () => {
  const instanceId = `door-${randomUUID()}`;
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

test('an id too long to be an instance is no reason to refuse the letter', async () => {
  const sourceKey = randomUUID();
  // Nothing that an index could shorten.
  const instanceId = Array.from({ length: 500 }, () => randomUUID()).join('');
  await insertDeadLetters(database.sql, [
    { instanceId, source: 'inbound', sourceKey, reason: 'invalid_event', details: [], payload: '{}' },
  ]);
  expect(await database.sql`select instance_id from dead_letters where source_key = ${sourceKey}`).toEqual([{ instance_id: null }]);
});

type Chat = { id: string; jid: string; instanceId: string; sessionId: string };
let chats = 0;

/** A chat with so many events waiting. */
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
async function toldOf({ instanceId }: Chat): Promise<string[]> {
  const all = (await unqueued(database.sql, 10_000)).filter(({ data }) => data.instanceId === instanceId);
  return all.map(({ type, data: { reason } }) => (reason === null ? type : `${type} ${reason}`));
}
