import { afterAll, expect, test } from 'vitest';
import { startTestApi } from './support/api.ts';
import { freshChat } from './support/tenants.ts';

const api = await startTestApi();
afterAll(() => api.stop());

const path = '/api/v2/instance/list/typebot-integration';
await api.ask('POST', path, { body: { publicId: 'bot' } });

async function start(chat: string, status: 'open' | 'paused' = 'open'): Promise<string> {
  return (await api.ask('POST', `${path}/session`, { body: { keyRemoteJid: chat, status } })).body.sessionId;
}

type Row = { sessionId: string; status: string; keyRemoteJid: string; createdAt: string };

async function list(query: string): Promise<Row[]> {
  const { status, body } = await api.ask('GET', `${path}/session${query}`);
  expect(status).toBe(200);
  return body;
}

const chats = { open: '5531911111111@s.whatsapp.net', paused: '5531922222222@s.whatsapp.net', closed: '5531933333333@s.whatsapp.net' };
const ids = { open: await start(chats.open), paused: await start(chats.paused, 'paused'), closed: await start(chats.closed) };
await api.ask('PATCH', `${path}/session/${ids.closed}`, { body: { action: 'close' } });

test('sessions are shown newest first', async () => {
  expect((await list('')).map(({ sessionId }) => sessionId)).toEqual([ids.closed, ids.paused, ids.open]);
});

test('a session is shown with its status, its reason and when it was closed', async () => {
  const [closed, paused, open] = await list('');
  expect(open).toEqual({
    sessionId: ids.open,
    keyRemoteJid: chats.open,
    status: 'open',
    typebotIntegrationId: expect.any(String),
    instanceId: 'list',
    instanceInstanceId: 'list',
    reason: null,
    createdAt: expect.any(String),
    updatedAt: expect.any(String),
    closedAt: null,
  });
  expect(paused).toMatchObject({ status: 'paused', reason: 'operator', closedAt: null });
  expect(closed).toMatchObject({ status: 'closed', reason: 'operator', closedAt: expect.any(String) });
});

test.each([
  ['open', [ids.open]],
  ['closed', [ids.closed]],
  ['close', [ids.closed]],
  ['paused', [ids.paused]],
  ['pause', [ids.paused]],
])('?status=%s shows those', async (status, expected) => {
  expect((await list(`?status=${status}`)).map(({ sessionId }) => sessionId)).toEqual(expected);
});

test.each(['5531922222222@s.whatsapp.net', '5531922222222@c.us', '5531922222222:7@s.whatsapp.net'])(
  'the sessions of a chat are found by %s',
  async (jid) => {
    expect((await list(`?keyRemoteJid=${encodeURIComponent(jid)}`)).map(({ sessionId }) => sessionId)).toEqual([ids.paused]);
  },
);

test('filters hold together', async () => {
  expect(await list(`?keyRemoteJid=${encodeURIComponent(chats.open)}&status=closed`)).toEqual([]);
});

test.each([
  ['limit=0', '`limit` must be a whole number from 1 to 500, but got "0"'],
  ['limit=501', '`limit` must be a whole number from 1 to 500, but got "501"'],
  ['limit=1e2', '`limit` must be a whole number from 1 to 500, but got "1e2"'],
  ['limit=', '`limit` must be a whole number from 1 to 500, but got ""'],
  ['limit=1&limit=2', '`limit` must be text, but got a list of 2'],
  ['status=active', '`status` must be `open` or `closed` or `close` or `paused` or `pause`, but got "active"'],
  ['keyRemoteJid=5531', '`keyRemoteJid` must be a WhatsApp address such as `5531999999999@s.whatsapp.net`, but got "5531"'],
  ['cursor=abc', '`cursor` must be a cursor from the `Link` header of this list\'s page before, but got "abc"'],
  [`cursor=${Buffer.from('["2026-01-01T00:00:00Z","x"]').toString('base64url')}`, expect.stringContaining('`cursor` must be a cursor')],
  ['page=2', '`page` is not a known field'],
  ['__proto__=1', '`__proto__` is not a known field'],
])('?%s is refused', async (query, sentence) => {
  const { status, body } = await api.ask('GET', `${path}/session?${query}`);
  expect(status).toBe(400);
  expect(body.message).toEqual([sentence]);
});

test('pages lead from one to the next and show every session once, whatever was started meanwhile', async () => {
  const other = '/api/v2/instance/pages/typebot-integration';
  await api.ask('POST', other, { body: { publicId: 'bot' } });
  const started: string[] = [];
  const startAnother = async () =>
    started.push((await api.ask('POST', `${other}/session`, { body: { keyRemoteJid: freshChat(), status: 'paused' } })).body.sessionId);
  for (let n = 0; n < 7; n += 1) await startAnother();
  const expected = started.toReversed();
  // All in the same millisecond: the id has to tell them apart.
  await api.database.sql`update sessions set created_at = '2026-01-01T00:00:00.123Z' where instance_id = 'pages'`;
  expected.sort().reverse();

  const shown: string[] = [];
  let next: string | null = `${other}/session?limit=3&status=paused`;
  while (next !== null) {
    const page: Awaited<ReturnType<typeof api.ask>> = await api.ask('GET', next);
    shown.push(...page.body.map(({ sessionId }: Row) => sessionId));
    await startAnother();
    const [, link = null] = /^<([^>]+)>; rel="next"$/.exec(String(page.headers['link'] ?? '')) ?? [];
    next = link;
    if (next) expect(next).toContain('status=paused');
  }
  expect(shown).toEqual(expected);
});

test('without a limit 100 are shown, and the 101st is on the next page', async () => {
  await api.ask('POST', '/api/v2/instance/many/typebot-integration', { body: { publicId: 'bot' } });
  await api.database.sql`
    insert into sessions (session_id, conversation_id, instance_id, key_remote_jid, status)
    select gen_random_uuid(), gen_random_uuid(), 'many', 'x', 'closed' from generate_series(1, 101)`;
  const first = await api.ask('GET', '/api/v2/instance/many/typebot-integration/session');
  expect(first.body).toHaveLength(100);
  expect(first.headers['link']).toMatch(/rel="next"/);
  const all = await api.ask('GET', '/api/v2/instance/many/typebot-integration/session?limit=500');
  expect(all.body).toHaveLength(101);
  expect(all.headers['link']).toBeUndefined();
});

test('the list of an instance that is not registered is a 404', async () => {
  expect((await api.ask('GET', '/api/v2/instance/nobody/typebot-integration/session')).body.code).toBe('INSTANCE_NOT_FOUND');
});
