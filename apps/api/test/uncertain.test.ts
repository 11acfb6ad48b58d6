import { randomUUID } from 'node:crypto';
import { resolveUncertain } from '@typelane/db';
import { waitUntil } from '@typelane/testkit';
import { afterAll, beforeEach, expect, test } from 'vitest';
import { startTestApi } from './support/api.ts';
import { writes } from './support/contact.ts';
import { createTenant, freshChat } from './support/tenants.ts';
import { doubtful } from './support/troubles.ts';
import { asksForText } from './support/worker.ts';

const api = await startTestApi();
afterAll(() => api.stop());

let instanceId: string;
let path: string;
let sessions: string;
let tenants = 0;
beforeEach(async () => {
  const tenant = await createTenant(api, `doubts ${(tenants += 1)}`);
  ({ instanceId } = tenant);
  sessions = `${tenant.integration}/session`;
  path = `/api/v2/instance/${encodeURIComponent(instanceId)}/uncertain`;
  mend();
});

const mend = () => api.bot(asksForText);
/** The bot falls silent: its answers to what contacts say do not arrive. */
const fallSilent = () => api.bot((call) => (call.type === 'start' ? asksForText(call) : doubtful));

test('an uncertain turn is shown with the words it was about, its session and its cause', async () => {
  const chat = freshChat();
  const { keyId } = await isDoubted(chat, 'my name');
  const [sessionOfChat] = (await api.ask('GET', sessions)).body;
  expect((await api.ask('GET', path)).body).toEqual([
    {
      turnId: expect.stringMatching(/^[0-9a-f-]{36}\.2$/),
      sessionId: sessionOfChat.sessionId,
      keyRemoteJid: chat,
      command: null,
      messages: [{ keyId, contentType: 'text', text: 'my name' }],
      cause: 'timeout',
      endedAt: expect.any(String),
      status: 'open',
      resolution: null,
      resolvedBy: null,
      resolvedAt: null,
    },
  ]);
});

test('turns are shown newest first, page by page, and resolved ones when asked for', async () => {
  const keyIds = [];
  for (const words of ['one', 'two', 'three']) keyIds.push((await isDoubted(freshChat(), words)).keyId);
  const keyIdsOf = (turns: { messages: { keyId: string }[] }[]) => turns.map(({ messages }) => messages[0]?.keyId);
  const first = await api.ask('GET', `${path}?limit=2`);
  const [, next = ''] = /<(.+)>/.exec(String(first.headers['link'])) ?? [];
  const second = await api.ask('GET', next);
  expect(keyIdsOf([...first.body, ...second.body])).toEqual(keyIds.toReversed());
  expect(second.headers['link']).toBeUndefined();
  await resolve(first.body[0].turnId, 'processed');
  expect(keyIdsOf((await api.ask('GET', path)).body)).toEqual(keyIds.toReversed().slice(1));
  expect(keyIdsOf((await api.ask('GET', `${path}?status=all`)).body)).toEqual(keyIds.toReversed());
});

test('one that was processed is recorded, once', async () => {
  await isDoubted(freshChat(), 'my name');
  const { turnId } = await onlyTurn();
  const { status, body } = await resolve(turnId, 'processed');
  expect([status, body]).toEqual([
    200,
    expect.objectContaining({ turnId, resolution: 'processed', resolvedBy: 'operator', resolvedAt: expect.any(String) }),
  ]);
  for (const resolution of ['processed', 'not_processed', 'end_session']) {
    const again = await resolve(turnId, resolution);
    expect([again.status, again.body.code, again.body.message]).toEqual([
      409,
      'UNCERTAIN_TURN_RESOLVED',
      ['The turn was resolved as `processed` by an operator before'],
    ]);
  }
});

test.each([
  ['processed', 2],
  ['not_processed', 3],
  ['end_session', 3],
])('of several who say %s at once one is heard', async (resolution, rows) => {
  const chat = freshChat();
  await isDoubted(chat, 'my name');
  mend();
  const { turnId } = await onlyTurn();
  const all = await Promise.all(Array.from({ length: 4 }, () => resolve(turnId, resolution)));
  expect(all.map(({ status }) => status).toSorted()).toEqual([200, 409, 409, 409]);
  await allHandled();
  expect(await inboxOf(chat)).toHaveLength(rows);
});

test('of several who say different things at once one is heard', async () => {
  await isDoubted(freshChat(), 'my name');
  const { turnId } = await onlyTurn();
  const all = await Promise.all(['not_processed', 'processed', 'end_session'].map((each) => resolve(turnId, each)));
  expect(all.map(({ status }) => status).toSorted()).toEqual([200, 409, 409]);
  const [turn] = (await api.ask('GET', `${path}?status=all`)).body;
  expect(turn.resolution).toBe(all.find(({ status }) => status === 200)?.body.resolution);
});

test('one that a result resolved says so', async () => {
  await isDoubted(freshChat(), 'my name');
  const { turnId } = await onlyTurn();
  const [conversationId, seq] = turnId.split('.');
  const place = { conversationId, seq: Number(seq) };
  expect(await resolveUncertain(api.database.sql, { ...place, resolution: 'processed', by: 'result' })).toBe(true);
  expect(await resolveUncertain(api.database.sql, { ...place, resolution: 'processed', by: 'result' })).toBe(false);
  expect((await resolve(turnId, 'processed')).body.message).toEqual(["The turn was resolved as `processed` by Typebot's results before"]);
});

test('one that was not processed is said again at the tail of its chat', async () => {
  const chat = freshChat();
  const { keyId } = await isDoubted(chat, 'my name');
  mend();
  expect((await resolve((await onlyTurn()).turnId, 'not_processed')).body.resolution).toBe('not_processed');
  await allHandled();
  expect((await inboxOf(chat)).slice(1)).toEqual([`${keyId} uncertain`, `redrive:1:${keyId} answered`]);
});

test('one that was overtaken by a newer message is said again by force only', async () => {
  const chat = freshChat();
  const { keyId } = await isDoubted(chat, 'my name');
  mend();
  await says(chat, 'are you there?');
  const { turnId } = await onlyTurn();
  expect((await resolve(turnId, 'not_processed')).body.code).toBe('NEWER_MESSAGES');
  expect((await onlyTurn()).resolution).toBeNull();
  expect((await resolve(turnId, 'not_processed', { force: true })).status).toBe(200);
  await allHandled();
  expect((await inboxOf(chat)).at(-1)).toBe(`redrive:1:${keyId} answered`);
});

test('ending the session closes it as an error', async () => {
  await isDoubted(freshChat(), 'my name');
  const { turnId, sessionId } = await onlyTurn();
  expect((await resolve(turnId, 'end_session')).body.resolution).toBe('end_session');
  await allHandled();
  expect((await api.ask('GET', `${sessions}/${sessionId}`)).body).toMatchObject({ status: 'closed', reason: 'error' });
});

test('ending a session that has ended is recorded', async () => {
  await isDoubted(freshChat(), 'my name');
  const { turnId, sessionId } = await onlyTurn();
  await api.ask('PATCH', `${sessions}/${sessionId}`, { body: { action: 'close' } });
  expect((await resolve(turnId, 'end_session')).status).toBe(200);
  await allHandled();
  expect((await api.ask('GET', `${sessions}/${sessionId}`)).body.reason).toBe('operator');
});

test('a start by the API that is uncertain is shown as what it is, and not given again', async () => {
  api.bot(() => doubtful);
  const chat = freshChat();
  const start = api.ask('POST', sessions, { body: { keyRemoteJid: chat } });
  const { turnId, command, messages } = await waitUntil(soonDoubted, { what: 'the doubt', everyMs: 50 });
  await start;
  expect([command, messages]).toEqual(['start', []]);
  expect((await resolve(turnId, 'not_processed')).body.resolution).toBe('not_processed');
  expect(await inboxOf(chat)).toHaveLength(1);
});

test.each(['none', `${randomUUID()}.1`, `${randomUUID()}.x`, `${randomUUID()}.99999999999999999999`])(
  'there is no turn %s',
  async (turnId) => {
    const { status, body } = await resolve(turnId, 'processed');
    expect([status, body.code]).toEqual([404, 'UNCERTAIN_TURN_NOT_FOUND']);
  },
);

test('an answered turn is none that can be resolved', async () => {
  const chat = freshChat();
  await isDoubted(chat, 'my name');
  const { turnId } = await onlyTurn();
  expect((await resolve(turnId.replace(/\.2$/, '.1'), 'processed')).status).toBe(404);
});

async function isDoubted(chat: string, words: string): Promise<{ keyId: string }> {
  mend();
  await says(chat, 'hello');
  fallSilent();
  return says(chat, words);
}

async function says(chat: string, words: string): Promise<{ keyId: string }> {
  const message = await writes(api, instanceId, chat, words);
  await message.isHandled();
  return message;
}

async function onlyTurn() {
  const { body } = await api.ask('GET', path);
  expect(body).toHaveLength(1);
  return body[0];
}

const resolve = (turnId: string, resolution: string, more: object = {}) =>
  api.ask('POST', `${path}/${turnId}`, { body: { resolution, ...more } });

async function allHandled(): Promise<void> {
  const left = () => api.database.sql`select from conversations where instance_id = ${instanceId} and in_seq > handled_seq`;
  await waitUntil(async () => (await left()).length === 0, { what: 'everything to be handled' });
}

/** A start is made a second time after a while: not to wait for it. */
async function soonDoubted() {
  await api.database.sql`update conversations set not_before = null where instance_id = ${instanceId}`;
  const chats = await api.database.sql<{ id: string }[]>`select conversation_id as id from conversations where instance_id = ${instanceId}`;
  await api.context.converse.add('wake', { conversationIds: chats.map(({ id }) => id) });
  return (await api.ask('GET', path)).body[0];
}

async function inboxOf(chat: string): Promise<string[]> {
  const rows = await api.database.sql<{ line: string }[]>`
    select i.key_id || ' ' || t.final as line
    from conversations c join inbox i using (conversation_id) join turns t using (conversation_id, seq)
    where c.instance_id = ${instanceId} and c.jid = ${chat} order by i.seq`;
  return rows.map(({ line }) => line);
}
