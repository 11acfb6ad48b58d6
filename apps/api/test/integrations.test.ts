import { defaultSettings, withoutSecrets } from '@typelane/core';
import { waitUntil } from '@typelane/testkit';
import { afterAll, expect, test } from 'vitest';
import { startTestApi } from './support/api.ts';
import { writes } from './support/contact.ts';
import { freshChat } from './support/tenants.ts';

const api = await startTestApi();
afterAll(() => api.stop());

let instances = 0;
function freshPath(): string {
  instances += 1;
  return `/api/v2/instance/instance-${instances}/typebot-integration`;
}

test('an operator puts a bot on an unknown instance, which is registered with the business `default`', async () => {
  const path = '/api/v2/instance/brand-new/typebot-integration';
  const { status, body } = await api.ask('POST', path, { body: { publicId: 'my-bot' } });
  expect(status).toBe(201);
  expect(body).toEqual({
    typebotIntegrationId: expect.stringMatching(/^[0-9a-f-]{36}$/),
    instanceId: 'brand-new',
    instanceInstanceId: 'brand-new',
    publicId: 'my-bot',
    typebotURL: 'https://typebot.io',
    enabled: true,
    settings: withoutSecrets(defaultSettings),
    secretsSet: [],
    createdAt: expect.stringMatching(/Z$/),
    updatedAt: expect.stringMatching(/Z$/),
  });
  expect((await api.ask('GET', path)).body).toEqual(body);
  expect((await api.ask('GET', '/api/v2/business/default/instance/brand-new')).body).toMatchObject({
    businessId: 'default',
    name: null,
  });
});

test('an operator names the business and the instance that are registered on the way', async () => {
  const path = freshPath();
  await api.ask('POST', path, { body: { publicId: 'bot', businessId: 'shop', instanceName: 'Front desk' } });
  const [, instanceId] = /instance\/([^/]+)/.exec(path) ?? [];
  expect((await api.ask('GET', `/api/v2/business/shop/instance/${instanceId}`)).body).toMatchObject({
    businessId: 'shop',
    name: 'Front desk',
  });
});

test('an instance that is registered stays with its business', async () => {
  await api.ask('POST', '/api/v2/admin/business', { body: { businessId: 'first', name: 'First' } });
  await api.ask('POST', '/api/v2/business/first/instance', { body: { instanceId: 'of-first' } });
  const path = '/api/v2/instance/of-first/typebot-integration';
  expect((await api.ask('POST', path, { body: { publicId: 'bot', businessId: 'second' } })).body.code).toBe('INSTANCE_ELSEWHERE');
  expect((await api.ask('POST', path, { body: { publicId: 'bot', businessId: 'first' } })).status).toBe(201);
});

test('of two integrations that are created at once for an instance, one is', async () => {
  const path = freshPath();
  const both = await Promise.all([
    api.ask('POST', path, { body: { publicId: 'one' } }),
    api.ask('POST', path, { body: { publicId: 'two' } }),
  ]);
  expect(both.map(({ status }) => status).toSorted()).toEqual([201, 409]);
  const winner = both.find(({ status }) => status === 201);
  expect((await api.ask('GET', path)).body.publicId).toBe(winner?.body.publicId);
});

test.each([
  ['https://bot.example.com/', 'https://bot.example.com'],
  ['http://bot.example.com:8080/base//', 'http://bot.example.com:8080/base'],
  ['HTTPS://Bot.Example.com', 'https://bot.example.com'],
  [`https://bot.example.com/${'a'.repeat(2_023)}`, `https://bot.example.com/${'a'.repeat(2_023)}`],
])('the viewer at %s is kept without trailing slashes', async (typebotURL, kept) => {
  expect((await api.ask('POST', freshPath(), { body: { publicId: 'bot', typebotURL } })).body.typebotURL).toBe(kept);
});

test.each([
  ['ftp://bot.example.com'],
  ['javascript:alert(1)'],
  ['bot.example.com'],
  ['https://user:hunter2@bot.example.com'],
  ['https://hunter2@bot.example.com'],
  ['https://bot.example.com/?token=hunter2'],
  ['https://bot.example.com/#a'],
  [`https://bot.example.com/${'a'.repeat(2_030)}`],
  [''],
  [5],
  [null],
])('a viewer at %j is refused by name, and its password is not repeated', async (typebotURL) => {
  const { status, body, text } = await api.ask('POST', freshPath(), { body: { publicId: 'bot', typebotURL } });
  expect(status).toBe(400);
  expect(body).toMatchObject({
    code: 'INVALID_REQUEST',
    error: 'Bad Request',
    message: [expect.stringContaining('`typebotURL` must be ')],
  });
  if (String(typebotURL).includes('@')) expect(text).not.toContain('hunter2');
  expect(text.length).toBeLessThan(400);
});

test.each([
  ['no publicId', {}, '`publicId` is required'],
  ['an empty publicId', { publicId: '' }, '`publicId` must be text of at least 1 character, but got ""'],
  ['a publicId of 201 characters', { publicId: 'x'.repeat(201) }, /^`publicId` must be text of at most 200 characters, but got "x{60}…"$/],
  ['a number for publicId', { publicId: 5 }, '`publicId` must be text, but got 5'],
  ['a text for enabled', { publicId: 'bot', enabled: 'yes' }, '`enabled` must be true or false, but got "yes"'],
  ['an unknown field', { publicId: 'bot', publicid: 'bot' }, '`publicid` is not a known field'],
  ['an unknown setting', { publicId: 'bot', settings: { colour: 'red' } }, '`settings.colour` is not a known field'],
  [
    'a setting out of range',
    { publicId: 'bot', settings: { staleAfterMinutes: 1e6 } },
    '`settings.staleAfterMinutes` must be at most 10,080, but got 1000000',
  ],
  [
    'a setting of the wrong type',
    { publicId: 'bot', settings: { wait: { maxMs: '3' } } },
    '`settings.wait.maxMs` must be a number, but got "3"',
  ],
  [
    'an unknown trigger',
    { publicId: 'bot', settings: { trigger: { type: 'magic' } } },
    '`settings.trigger.type` must be `all` or `keyword` or `advanced` or `none`, but got "magic"',
  ],
  ['a list for settings', { publicId: 'bot', settings: [] }, '`settings` must be an object, but got a list of 0'],
  ['null for settings', { publicId: 'bot', settings: null }, '`settings` must be an object, but got null'],
  ['a list for the body', [], 'The body must be an object, but got a list of 0'],
])('%s is refused with a sentence that says so', async (_what, body, sentence) => {
  const path = freshPath();
  const answer = await api.ask('POST', path, { body });
  expect(answer.status).toBe(400);
  expect(answer.body).toMatchObject({ statusCode: 400, error: 'Bad Request', code: 'INVALID_REQUEST' });
  expect(answer.body.message).toContainEqual(typeof sentence === 'string' ? sentence : expect.stringMatching(sentence));
  expect((await api.ask('GET', path)).status).toBe(404);
});

test('a change names only what it changes, into groups of settings too', async () => {
  const path = freshPath();
  await api.ask('POST', path, {
    body: { publicId: 'bot', settings: { typing: { speed: 300 }, variables: { a: '1' }, ignoreJids: ['@g.us'] } },
  });
  const { status, body } = await api.ask('PUT', path, {
    body: { enabled: false, settings: { typing: { enabled: false }, variables: { b: '2' }, locale: 'en' } },
  });
  expect(status).toBe(201);
  expect(body).toMatchObject({ publicId: 'bot', typebotURL: 'https://typebot.io', enabled: false });
  expect(body.settings).toEqual({
    ...withoutSecrets(defaultSettings),
    typing: { speed: 300, enabled: false },
    variables: { b: '2' },
    ignoreJids: ['@g.us'],
    locale: 'en',
  });
  expect((await api.ask('GET', path)).body).toEqual(body);
});

test('a default that was never chosen is not stored, so a later default reaches the integration', async () => {
  const path = freshPath();
  const { body } = await api.ask('POST', path, { body: { publicId: 'bot', settings: { wait: {} } } });
  await api.ask('PUT', path, { body: { settings: { locale: 'es' } } });
  const [row] = await api.database
    .sql`select settings from typebot_integrations where typebot_integration_id = ${body.typebotIntegrationId}`;
  expect(row?.['settings']).toEqual({ wait: {}, locale: 'es' });
});

test('changes at once do not undo one another', async () => {
  const path = freshPath();
  await api.ask('POST', path, { body: { publicId: 'bot' } });
  const settings = [{ locale: 'es' }, { groups: 'allow' }, { fromMe: 'ignore' }, { choices: 'text' }];
  await Promise.all(settings.map((change) => api.ask('PUT', path, { body: { settings: change } })));
  expect((await api.ask('GET', path)).body.settings).toMatchObject(Object.assign({}, ...settings));
});

test('every change has a later `updatedAt`, which is how workers notice it', async () => {
  const path = freshPath();
  const versions = [(await api.ask('POST', path, { body: { publicId: 'bot' } })).body.updatedAt];
  for (let change = 0; change < 5; change += 1) versions.push((await api.ask('PUT', path, { body: {} })).body.updatedAt);
  expect(new Set(versions).size).toBe(6);
  expect(versions.toSorted()).toEqual(versions);
});

test('a change of an integration that does not exist is a 404', async () => {
  const { status, body } = await api.ask('PUT', freshPath(), { body: { enabled: false } });
  expect(status).toBe(404);
  expect(body).toEqual({
    statusCode: 404,
    error: 'Not Found',
    message: ['The instance has no Typebot integration'],
    code: 'INTEGRATION_NOT_FOUND',
  });
});

async function withSessions(path: string, settings: object = {}): Promise<{ open: string; paused: string }> {
  await api.ask('POST', path, { body: { publicId: 'bot', settings } });
  const open = await api.ask('POST', `${path}/session`, { body: { keyRemoteJid: freshChat() } });
  const paused = await api.ask('POST', `${path}/session`, { body: { keyRemoteJid: freshChat(), status: 'paused' } });
  return { open: open.body.sessionId, paused: paused.body.sessionId };
}

test('a removed integration is shown once more, and its open and paused sessions are closed when the answer comes', async () => {
  const path = freshPath();
  const { open, paused } = await withSessions(path);
  const { status, body } = await api.ask('DELETE', path);
  expect(status).toBe(200);
  expect(body.publicId).toBe('bot');
  expect((await api.ask('GET', path)).status).toBe(404);
  const sessions = (await api.ask('GET', `${path}/session`)).body;
  expect(sessions.map((s: { sessionId: string }) => s.sessionId).toSorted()).toEqual([open, paused].toSorted());
  for (const session of sessions)
    expect(session).toMatchObject({ status: 'closed', reason: 'integration_removed', closedAt: expect.any(String) });
  expect((await api.ask('DELETE', path)).body.code).toBe('INTEGRATION_NOT_FOUND');
});

test('a session that a message under way is about to open is closed too when the integration is removed', async () => {
  const path = freshPath();
  await api.ask('POST', path, { body: { publicId: 'bot' } });
  const answered = Promise.withResolvers<void>();
  const asked = Promise.withResolvers<void>();
  api.bot(async (call) => {
    asked.resolve();
    await answered.promise;
    return {
      type: 'replied',
      reply: {
        bubbles: [],
        input: { id: 'i', type: 'email input' },
        actions: [],
        logs: [],
        started: call.type === 'start' ? { typebotSessionId: 't', resultId: null, typebotId: null, typing: null } : null,
      },
    };
  });
  await writes(api, path.split('/')[4] ?? '', freshChat(), 'hi');
  await asked.promise;
  expect((await api.ask('GET', `${path}/session`)).body).toEqual([]);
  const removing = api.ask('DELETE', path);
  await waitUntil(async () => (await api.ask('GET', path)).status === 404, { what: 'the integration to be gone' });
  answered.resolve();
  expect((await removing).status).toBe(200);
  expect((await api.ask('GET', `${path}/session`)).body).toMatchObject([{ status: 'closed', reason: 'integration_removed' }]);
});

test.each([
  ['restart', { publicId: 'other' }, 'closed'],
  ['restart', { typebotURL: 'https://other.example.com' }, 'closed'],
  ['restart', { typebotURL: 'https://typebot.io/', publicId: 'bot', enabled: true }, 'open'],
  ['keep', { publicId: 'other' }, 'open'],
] as const)('with onUpdate %s, after a change to %j the session is %s', async (onUpdate, change, status) => {
  const path = freshPath();
  const { open } = await withSessions(path, { onUpdate });
  expect((await api.ask('PUT', path, { body: change })).status).toBe(201);
  const session = (await api.ask('GET', `${path}/session/${open}`)).body;
  expect(session).toMatchObject({ status, reason: status === 'closed' ? 'replaced' : null });
});

test('the change that chooses onUpdate restart restarts already', async () => {
  const path = freshPath();
  const { open, paused } = await withSessions(path);
  await api.ask('PUT', path, { body: { publicId: 'other', settings: { onUpdate: 'restart' } } });
  for (const id of [open, paused]) expect((await api.ask('GET', `${path}/session/${id}`)).body.status).toBe('closed');
});

test('of very many sessions the first are closed before the answer, and the rest are on record for the worker', async () => {
  const path = freshPath();
  await api.ask('POST', path, { body: { publicId: 'bot' } });
  const instanceId = path.split('/')[4] ?? '';
  await api.database.sql`
    with chat as (
      insert into conversations (conversation_id, instance_id, jid, state)
      select gen_random_uuid(), ${instanceId}, '55110' || lpad(n::text, 8, '0') || '@s.whatsapp.net', '{"status":"idle"}' from generate_series(1, 1203) n
      returning conversation_id, jid
    )
    insert into sessions (session_id, conversation_id, instance_id, key_remote_jid, status)
    select gen_random_uuid(), conversation_id, ${instanceId}, jid, 'open' from chat`;
  const resume = api.haltWorker();
  try {
    expect((await api.ask('DELETE', path)).status).toBe(200);
    const [ordered] = await api.database.sql`
      select count(distinct event ->> 'sessionId') as sessions from inbox where event ->> 'reason' = 'integration_removed'
        and conversation_id in (select conversation_id from conversations where instance_id = ${instanceId})`;
    expect(ordered?.['sessions']).toBe(100);
    expect(await api.database.sql`select reason from session_closings where instance_id = ${instanceId}`).toEqual([
      { reason: 'integration_removed' },
    ]);
  } finally {
    resume();
  }
});
