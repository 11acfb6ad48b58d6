import { connectRedis, createQueue, type WakeUp } from '@typelane/runtime';
import { waitUntil } from '@typelane/testkit';
import { afterAll, expect, test } from 'vitest';
import { startTestApi } from './support/api.ts';
import { writes } from './support/contact.ts';
import { freshChat } from './support/tenants.ts';

const api = await startTestApi();
const hasty = await startTestApi({ settleTimeoutMs: 50 });
afterAll(async () => {
  await api.stop();
  await hasty.stop();
});

const path = '/api/v2/instance/change/typebot-integration';
for (const each of [api, hasty]) await each.ask('POST', path, { body: { publicId: 'bot' } });

async function start(chat = freshChat(), status: 'open' | 'paused' = 'open', at = api): Promise<string> {
  return (await at.ask('POST', `${path}/session`, { body: { keyRemoteJid: chat, status } })).body.sessionId;
}

const patch = (sessionId: string, body: unknown, at = api) => at.ask('PATCH', `${path}/session/${sessionId}`, { body });

test.each([
  [{ action: 'pause' }, 'paused', 'operator'],
  [{ status: 'paused' }, 'paused', 'operator'],
  [{ action: 'close' }, 'closed', 'operator'],
  [{ status: 'closed' }, 'closed', 'operator'],
  [{ action: 'open' }, 'open', null],
  [{ action: 'resume' }, 'open', null],
  [{ status: 'open' }, 'open', null],
])('%j of an open session is answered when it has taken effect: %s', async (body, status, reason) => {
  const sessionId = await start();
  const answer = await patch(sessionId, body);
  expect(answer.status).toBe(200);
  expect(answer.body).toMatchObject({ sessionId, status, reason });
  expect((await api.ask('GET', `${path}/session/${sessionId}`)).body).toMatchObject(answer.body);
});

test('a paused session is resumed where it stood', async () => {
  const sessionId = await start();
  await patch(sessionId, { action: 'pause' });
  expect((await patch(sessionId, { action: 'resume' })).body).toMatchObject({ status: 'open', reason: null });
  expect((await api.ask('GET', `${path}/session/${sessionId}`)).body.pending).toEqual({ type: 'input', inputType: 'text input' });
});

test('a closed session is reopened where it stood', async () => {
  const sessionId = await start();
  await patch(sessionId, { action: 'close' });
  expect((await patch(sessionId, { action: 'open' })).body).toMatchObject({ status: 'open', closedAt: null });
  expect((await api.ask('GET', `${path}/session/${sessionId}`)).body.pending).toEqual({ type: 'input', inputType: 'text input' });
});

test('to close a closed session changes nothing', async () => {
  const sessionId = await start();
  const { body } = await patch(sessionId, { action: 'close' });
  expect(await patch(sessionId, { action: 'close' })).toMatchObject({ status: 200, body });
});

test('a closed session cannot be paused', async () => {
  const sessionId = await start();
  await patch(sessionId, { action: 'close' });
  const { status, body } = await patch(sessionId, { action: 'pause' });
  expect(status).toBe(409);
  expect(body).toMatchObject({ error: 'Conflict', code: 'SESSION_CLOSED' });
});

test('a session cannot be reopened while another of its chat is open or paused', async () => {
  const chat = freshChat();
  const first = await start(chat);
  await patch(first, { action: 'close' });
  const second = await start(chat);
  expect((await patch(first, { action: 'open' })).body.code).toBe('SESSION_CONFLICT');
  await patch(second, { action: 'pause' });
  expect((await patch(first, { action: 'open' })).body.code).toBe('SESSION_CONFLICT');
  await patch(second, { action: 'close' });
  expect((await patch(first, { action: 'open' })).body.status).toBe('open');
});

test('a session cannot be reopened where no bot is', async () => {
  const other = '/api/v2/instance/no-bot-any-more/typebot-integration';
  await api.ask('POST', other, { body: { publicId: 'bot' } });
  const { sessionId } = (await api.ask('POST', `${other}/session`, { body: { keyRemoteJid: freshChat() } })).body;
  await api.ask('DELETE', other);
  expect((await api.ask('PATCH', `${other}/session/${sessionId}`, { body: { action: 'open' } })).body).toMatchObject({
    code: 'SESSION_CONFLICT',
    message: [expect.stringContaining('integration')],
  });
});

test.each([
  [{ action: 'paused' }, 'paused'],
  [{ status: 'pause' }, 'paused'],
  [{ status: 'close' }, 'closed'],
  [{ action: 'closed' }, 'closed'],
])('%j is understood, as the words of the list are: the session is %s', async (body, status) => {
  const sessionId = await start();
  expect((await patch(sessionId, body)).body).toMatchObject({ sessionId, status });
});

test.each([
  [{}],
  [{ action: 'pause', status: 'paused' }],
  [{ action: 'restart' }],
  [{ status: 'OPEN' }],
  [{ action: null }],
  [{ action: 'pause', force: true }],
  ['pause'],
  [[{ action: 'pause' }]],
])('%j is refused and changes nothing', async (body) => {
  const sessionId = await start();
  const answer = await patch(sessionId, body);
  expect(answer.status).toBe(400);
  expect(answer.body).toMatchObject({
    statusCode: 400,
    code: 'INVALID_REQUEST',
    message: expect.arrayContaining([expect.stringMatching(/`|body/)]),
  });
  expect((await api.ask('GET', `${path}/session/${sessionId}`)).body.status).toBe('open');
});

test.each(['00000000-0000-4000-8000-000000000000', 'not-a-uuid', "x'; drop table sessions; --"])(
  'a session called %s is a 404',
  async (sessionId) => {
    const answer = await patch(encodeURIComponent(sessionId), { action: 'pause' });
    expect(answer.status).toBe(404);
    expect(answer.body.code).toBe('SESSION_NOT_FOUND');
  },
);

test('a pause while no worker is there is answered with 202 and the current session, and takes effect later', async () => {
  const sessionId = await start(freshChat(), 'open', hasty);
  await waitUntil(async () => (await hasty.ask('GET', `${path}/session/${sessionId}`)).body.pending, { what: 'the session to be open' });
  const resume = hasty.haltWorker();
  const answer = await patch(sessionId, { action: 'pause' }, hasty);
  expect(answer.status).toBe(202);
  expect(answer.body).toMatchObject({ sessionId, status: 'open' });
  resume();
  await waitUntil(async () => (await hasty.ask('GET', `${path}/session/${sessionId}`)).body.status === 'paused', { what: 'the pause' });
});

test('a pause while Redis is away is answered with 202 at once: it stands in Postgres', async () => {
  const redis = connectRedis('redis://127.0.0.1:1');
  redis.on('error', () => {});
  const converse = createQueue<WakeUp>('converse', redis, 'away');
  converse.on('error', () => {});
  const away = await startTestApi({ redis, converse });
  try {
    await away.ask('POST', path, { body: { publicId: 'bot' } });
    const started = await away.ask('POST', `${path}/session`, { body: { keyRemoteJid: freshChat() } });
    expect(started.status).toBe(202);
    await away.database.sql`
      insert into sessions (session_id, conversation_id, instance_id, key_remote_jid, status)
      select ${started.body.sessionId}, conversation_id, instance_id, jid, 'open' from conversations limit 1`;
    const answer = await patch(started.body.sessionId, { action: 'pause' }, away);
    expect(answer.status).toBe(202);
    const commands = await away.database.sql`select event ->> 'type' as type from inbox order by seq`;
    expect(commands.map(({ type }) => type)).toEqual(['start', 'pause']);
  } finally {
    redis.disconnect();
    await away.stop();
  }
});

test('a pause takes its turn behind the messages that came before it', async () => {
  const chat = freshChat();
  const sessionId = await start(chat);
  const resume = api.haltWorker();
  await writes(api, 'change', chat, 'Ana');
  const pausing = patch(sessionId, { action: 'pause' });
  const inSeq = async () => (await api.database.sql`select in_seq from conversations where jid = ${chat}`)[0]?.['in_seq'];
  await waitUntil(async () => (await inSeq()) === 3, { what: 'the pause to stand in the inbox' });
  resume();
  expect((await pausing).body.status).toBe('paused');
  const turns = (await api.ask('GET', `${path}/session/${sessionId}/transcript`)).body;
  expect(turns.map(({ kind, final, reason }: { kind: string; final: string; reason: string | null }) => [kind, final, reason])).toEqual([
    ['command', 'answered', null],
    // The bot falls silent as soon as a pause is ordered, not when its turn comes.
    ['message', 'ignored', 'paused'],
    ['command', 'answered', null],
  ]);
});
