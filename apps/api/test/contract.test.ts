import { randomUUID } from 'node:crypto';
import { createPublisher } from '@typelane/client';
import { connect, type Tenant } from '@typelane/db';
import { createMediaStore } from '@typelane/media';
import { inboundText, waitUntil } from '@typelane/testkit';
import { afterAll, expect, inject, test } from 'vitest';
import type { Endpoint } from '../src/endpoint.ts';
import { isRepeatable, refusalsOf } from '../src/register.ts';
import { hashesOf } from '../src/requests/idempotency.ts';
import { endpoints } from '../src/routes/index.ts';
import { type Ask, type Method, seen, startTestApi, type TestApi } from './support/api.ts';
import { writes } from './support/contact.ts';
import { createTenant, freshChat } from './support/tenants.ts';
import { chatsOf, deadAtIngest, troublesOf } from './support/troubles.ts';
import { asksForText, stopsAtWebhook } from './support/worker.ts';

/**
 * Asks every route for every answer it documents. What the other tests say about an answer is not said again: here it is
 * only that each comes, and (in `ask`) that none comes which is not documented.
 */
const api = await startTestApi();
const hasty = await startTestApi({ settleTimeoutMs: 20 });
const bare = connect(inject('databaseUrl'), { connectionsMax: 1 });
const noRedis = createPublisher({ connection: 'redis://127.0.0.1:1', timeoutMs: 100 });
const withoutDatabase = await startTestApi();
const withoutTables = await startTestApi({ database: bare });
const withoutQueue = await startTestApi({ inbound: noRedis });
const noDisk = createMediaStore({ type: 'folder', folder: '/dev/null/media' }, { sizeBytesMax: 1_000 });
const withoutDisk = await startTestApi({ media: { ...api.context.media, store: noDisk } });
afterAll(async () => {
  for (const each of [api, hasty, withoutDatabase, withoutTables, withoutQueue, withoutDisk]) await each.stop();
  await Promise.all([bare.close(), noRedis.close()]);
});

const tenant = await createTenant(api, 'contract');
const { integration } = tenant;
const business = `/api/v2/business/${encodeURIComponent(tenant.businessId)}`;
const instance = `${business}/instance/${encodeURIComponent(tenant.instanceId)}`;
const webhooks = `/api/v2/instance/${encodeURIComponent(tenant.instanceId)}/webhook`;
const channel = `/api/v2/instance/${encodeURIComponent(tenant.instanceId)}/channel`;
const gateway = { kind: 'generic', settings: { url: 'http://nobody.invalid/', secret: `whsec_${'A'.repeat(43)}=` } };
const letters = `/api/v2/instance/${encodeURIComponent(tenant.instanceId)}/dead-letters`;
const doubts = `/api/v2/instance/${encodeURIComponent(tenant.instanceId)}/uncertain`;
const unreadable = '/api/v2/admin/dead-letters';
const tokenPaths = ['/api/v2/admin/token', `${business}/token`, `${instance}/token`];
const bulkStarts = `${integration}/bulk-start`;
const bulk = () => ({ contacts: [{ keyRemoteJid: freshChat() }] });
const hook = { url: 'https://example.com/hook' };
const event = (instanceId: string) => inboundText({ instanceId, jid: '5531900000000@s.whatsapp.net', text: 'hi' });

const start = async (status: 'open' | 'paused' = 'open', chat = freshChat(), at: TestApi = api) =>
  (await at.ask('POST', `${integration}/session`, { body: { keyRemoteJid: chat, status } })).body.sessionId;
const session = (id: string) => `${integration}/session/${id}`;

/** A session whose flow stands at a Webhook block. */
async function listening(): Promise<string> {
  api.bot(stopsAtWebhook);
  const id = await start();
  api.bot(asksForText);
  return id;
}

test('what a route answers when all is well', async () => {
  const id = await start();
  const { instanceId, businessId } = tenant;
  const asked: [Method, string, unknown?][] = [
    ['PATCH', session(id), { action: 'pause' }],
    ['POST', `${session(await listening())}/webhook`, { paid: true }],
    ['GET', integration],
    ['GET', `${integration}/session`],
    ['GET', session(id)],
    ['GET', `${session(id)}/transcript`],
    ['PUT', integration, {}],
    ['POST', `/api/v2/instance/${encodeURIComponent(instanceId)}/events`, event(instanceId)],
    ['POST', `/api/v2/instance/${encodeURIComponent(instanceId)}/media`, { a: 'file' }],
    ['POST', '/api/v2/instance/short-lived/typebot-integration', { publicId: 'bot' }],
    ['DELETE', '/api/v2/instance/short-lived/typebot-integration'],
    ['GET', '/api/v2/admin/business'],
    ['GET', `/api/v2/admin/business/${encodeURIComponent(businessId)}`],
    ['GET', `${business}/instance`],
    ['GET', instance],
    ['POST', `${business}/instance`, { instanceId: 'removed' }],
    ['DELETE', `${business}/instance/removed`],
  ];
  const { bulkStartId } = (await api.ask('POST', bulkStarts, { body: bulk() })).body;
  const list = `${bulkStarts}/${bulkStartId}`;
  asked.push(['GET', bulkStarts], ['GET', list], ['GET', `${list}/contact`], ['PATCH', list, { action: 'pause' }]);
  const { webhookId } = (await api.ask('POST', webhooks, { body: hook })).body;
  asked.push(['GET', webhooks], ['PUT', `${webhooks}/${webhookId}`, {}], ['POST', `${webhooks}/${webhookId}/secret`]);
  asked.push(['POST', `${webhooks}/${webhookId}/test`], ['GET', `${webhooks}/${webhookId}/delivery`], ['GET', `${webhooks}/${webhookId}`]);
  asked.push(['DELETE', `${webhooks}/${webhookId}`]);
  asked.push(['PUT', channel, gateway], ['PUT', channel, gateway], ['GET', channel]);
  asked.push(['POST', `${channel}/test`], ['POST', `${channel}/register`], ['DELETE', channel]);
  const { deadLetterId, turnId } = await troublesOf(api, instanceId);
  asked.push(['GET', letters], ['GET', `${letters}/${deadLetterId}`], ['POST', `${letters}/${deadLetterId}`, { action: 'redrive' }]);
  asked.push(['POST', letters, { action: 'discard' }], ['GET', doubts], ['POST', `${doubts}/${turnId}`, { resolution: 'processed' }]);
  const nobodys = `${unreadable}/${await deadAtIngest(api, '{', null)}`;
  asked.push(['GET', unreadable], ['GET', nobodys], ['POST', nobodys, { action: 'discard' }]);
  for (const tokens of tokenPaths) {
    const { keyId } = (await api.ask('POST', tokens)).body;
    asked.push(['GET', tokens], ['DELETE', `${tokens}/${keyId}`]);
  }
  for (const [method, path, body] of asked) expect((await api.ask(method, path, { body })).status).toBeLessThan(300);
});

test('what takes longer than a request may wait', async () => {
  await createTenant(hasty, 'contract');
  const id = await start('open', freshChat(), hasty);
  await waitUntil(async () => (await hasty.ask('GET', session(id))).status === 200, { what: 'the session' });
  const resume = hasty.haltWorker();
  expect((await hasty.ask('PATCH', session(id), { body: { action: 'pause' } })).status).toBe(202);
  expect((await hasty.ask('POST', `${session(id)}/webhook`, { body: {} })).status).toBe(202);
  expect((await hasty.ask('POST', `${integration}/session`, { body: { keyRemoteJid: freshChat() } })).status).toBe(202);
  resume();
});

test('what is not there', async () => {
  const nowhere = '/api/v2/instance/nobody';
  const unknown = randomUUID();
  const asked: [Method, string, unknown?][] = [
    ['GET', `${nowhere}/typebot-integration`],
    ['PUT', `${nowhere}/typebot-integration`, {}],
    ['DELETE', `${nowhere}/typebot-integration`],
    ['POST', `${nowhere}/typebot-integration/session`, { keyRemoteJid: freshChat() }],
    ['GET', `${nowhere}/typebot-integration/session`],
    ['POST', `${nowhere}/typebot-integration/bulk-start`, bulk()],
    ['GET', `${nowhere}/typebot-integration/bulk-start`],
    ['GET', `${bulkStarts}/${unknown}`],
    ['GET', `${bulkStarts}/${unknown}/contact`],
    ['PATCH', `${bulkStarts}/${unknown}`, { action: 'pause' }],
    ['GET', session(unknown)],
    ['GET', `${session(unknown)}/transcript`],
    ['PATCH', session(unknown), { action: 'pause' }],
    ['POST', `${session(unknown)}/webhook`, {}],
    ['POST', `${nowhere}/events`, event('nobody')],
    ['POST', `${nowhere}/media`, {}],
    ['POST', `${nowhere}/webhook`, hook],
    ['GET', `${nowhere}/webhook`],
    ['GET', `${webhooks}/${unknown}`],
    ['PUT', `${webhooks}/${unknown}`, {}],
    ['DELETE', `${webhooks}/${unknown}`],
    ['POST', `${webhooks}/${unknown}/secret`],
    ['POST', `${webhooks}/${unknown}/test`],
    ['GET', `${webhooks}/${unknown}/delivery`],
    ['GET', `${nowhere}/channel`],
    ['DELETE', `${nowhere}/channel`],
    ['POST', `${nowhere}/channel/test`],
    ['POST', `${nowhere}/channel/register`],
    ['GET', `${nowhere}/dead-letters`],
    ['POST', `${nowhere}/dead-letters`, { action: 'discard' }],
    ['GET', `${letters}/${unknown}`],
    ['POST', `${letters}/${unknown}`, { action: 'discard' }],
    ['GET', `${unreadable}/${unknown}`],
    ['POST', `${unreadable}/${unknown}`, { action: 'discard' }],
    ['GET', `${nowhere}/uncertain`],
    ['POST', `${doubts}/${unknown}.1`, { resolution: 'processed' }],
    ['GET', '/api/v2/admin/business/nobody'],
    ['GET', '/api/v2/business/nobody/instance'],
    ['POST', '/api/v2/business/nobody/instance', { instanceId: unknown }],
    ['GET', `${business}/instance/nobody`],
    ['DELETE', `${business}/instance/nobody`],
    ...['/api/v2/business/nobody/token', `${business}/instance/nobody/token`].flatMap((path): [Method, string][] => [
      ['GET', path],
      ['POST', path],
      ['DELETE', `${path}/${unknown}`],
    ]),
    ...tokenPaths.map((path): [Method, string] => ['DELETE', `${path}/${unknown}`]),
  ];
  for (const [method, path, body] of asked) expect((await api.ask(method, path, { body })).status).toBe(404);
  const foreign = await api.ask('POST', `${nowhere}/typebot-integration`, { token: tenant.tokens.instance, body: { publicId: 'bot' } });
  expect(foreign.status).toBe(404);
  expect((await api.ask('PUT', `${nowhere}/channel`, { token: tenant.tokens.instance, body: gateway })).status).toBe(404);
});

test('what is in the way', async () => {
  const codeOf = async (method: Method, path: string, body: unknown, token?: string) =>
    (await api.ask(method, path, { body, ...(token && { token }) })).body.code;
  expect(await codeOf('POST', integration, { publicId: 'bot' })).toBe('INTEGRATION_EXISTS');
  expect(await codeOf('POST', integration, { publicId: 'bot', businessId: 'other' })).toBe('INSTANCE_ELSEWHERE');
  expect(await codeOf('POST', integration, { publicId: 'bot', businessId: 'other' }, tenant.tokens.business)).toBe('OTHER_BUSINESS');
  expect(await codeOf('POST', '/api/v2/admin/business', { name: 'again', businessId: tenant.businessId })).toBe('BUSINESS_EXISTS');
  expect(await codeOf('POST', `${business}/instance`, { instanceId: tenant.instanceId })).toBe('INSTANCE_UNAVAILABLE');
  for (let count = 0; count < 10; count += 1) await api.ask('POST', webhooks, { body: hook });
  expect(await codeOf('POST', webhooks, hook)).toBe('TOO_MANY_WEBHOOKS');
  const { bulkStartId } = (await api.ask('POST', bulkStarts, { body: bulk() })).body;
  await api.ask('PATCH', `${bulkStarts}/${bulkStartId}`, { body: { action: 'cancel' } });
  expect(await codeOf('PATCH', `${bulkStarts}/${bulkStartId}`, { action: 'resume' })).toBe('BULK_START_OVER');
  const chat = freshChat();
  const first = await start('open', chat);
  await api.ask('PATCH', session(first), { body: { action: 'close' } });
  expect(await codeOf('PATCH', session(first), { action: 'pause' })).toBe('SESSION_CLOSED');
  await start('paused', chat);
  expect(await codeOf('PATCH', session(first), { action: 'open' })).toBe('SESSION_CONFLICT');
  expect(await codeOf('POST', `${integration}/session`, { keyRemoteJid: chat })).toBe('SESSION_CONFLICT');
  await api.ask('PUT', integration, { body: { enabled: false } });
  expect(await codeOf('POST', `${integration}/session`, { keyRemoteJid: freshChat() })).toBe('INTEGRATION_DISABLED');
  expect(await codeOf('POST', bulkStarts, bulk())).toBe('INTEGRATION_DISABLED');
  await api.ask('PUT', integration, { body: { enabled: true } });
  expect(await codeOf('POST', `${session(await start())}/webhook`, {})).toBe('WEBHOOK_NOT_AWAITED');
  const waiting = await listening();
  api.bot(() => ({ type: 'refused', cause: 'not_found', status: 404 }));
  expect(await codeOf('POST', `${session(waiting)}/webhook`, {})).toBe('BOT_REFUSED');
  expect(await codeOf('POST', `${integration}/session`, { keyRemoteJid: freshChat() })).toBe('BOT_REFUSED');
  const unsure = await listening();
  api.bot(() => ({ type: 'sessionLost', cause: 'session_not_found' }));
  expect(await codeOf('POST', `${session(unsure)}/webhook`, {})).toBe('BOT_UNAVAILABLE');
  expect(await codeOf('POST', `${integration}/session`, { keyRemoteJid: freshChat() })).toBe('BOT_UNAVAILABLE');
  const { instanceId } = await createTenant(withoutQueue, 'no queue');
  const lost = await withoutQueue.ask('POST', `/api/v2/instance/${encodeURIComponent(instanceId)}/events`, { body: event(instanceId) });
  expect(lost.body.code).toBe('QUEUE_UNAVAILABLE');
  const { instanceId: full } = await createTenant(withoutDisk, 'no disk');
  const upload = { text: 'x', headers: { 'content-type': 'image/png' } };
  expect((await withoutDisk.ask('POST', `/api/v2/instance/${encodeURIComponent(full)}/media`, upload)).body.code).toBe('MEDIA_UNAVAILABLE');
});

test('what is in the way of a channel', async () => {
  await api.ask('PUT', channel, { body: gateway });
  await api.database.sql`update channels set secrets = ''`;
  for (const place of ['test', 'register']) expect((await api.ask('POST', `${channel}/${place}`)).body.code).toBe('CHANNEL_UNREADABLE');
});

test('what is in the way of settling what ended badly', async () => {
  const codeOf = async (at: TestApi, path: string, body: unknown) => (await at.ask('POST', path, { body })).body.code;
  const [redrive, discard] = [{ action: 'redrive' }, { action: 'discard' }];
  const { deadLetterId, turnId } = await troublesOf(api, tenant.instanceId);
  for (const { chat } of await chatsOf(api, tenant.instanceId)) {
    await (await writes(api, tenant.instanceId, chat, 'something newer')).isHandled();
  }
  expect(await codeOf(api, `${letters}/${deadLetterId}`, redrive)).toBe('NEWER_MESSAGES');
  await codeOf(api, `${letters}/${deadLetterId}`, discard);
  expect(await codeOf(api, `${letters}/${deadLetterId}`, discard)).toBe('DEAD_LETTER_SETTLED');
  expect(await codeOf(api, `${doubts}/${turnId}`, { resolution: 'not_processed' })).toBe('NEWER_MESSAGES');
  await codeOf(api, `${doubts}/${turnId}`, { resolution: 'processed' });
  expect(await codeOf(api, `${doubts}/${turnId}`, { resolution: 'processed' })).toBe('UNCERTAIN_TURN_RESOLVED');
  for (const [path, owner] of [
    [letters, tenant.instanceId],
    [unreadable, null],
  ] as const) {
    const odd = `${path}/${await deadAtIngest(api, '{', owner)}`;
    expect(await codeOf(api, odd, redrive)).toBe('DEAD_LETTER_UNREADABLE');
    await codeOf(api, odd, discard);
    expect(await codeOf(api, odd, redrive)).toBe('DEAD_LETTER_SETTLED');
  }
  const { instanceId } = await createTenant(withoutQueue, 'no queue for letters');
  const own = letters.replace(encodeURIComponent(tenant.instanceId), encodeURIComponent(instanceId));
  for (const [path, owner] of [
    [own, instanceId],
    [unreadable, null],
  ] as const) {
    const id = await deadAtIngest(withoutQueue, JSON.stringify(event(instanceId)), owner);
    expect(await codeOf(withoutQueue, `${path}/${id}`, redrive)).toBe('QUEUE_UNAVAILABLE');
  }
  expect(await codeOf(withoutQueue, own, redrive)).toBe('QUEUE_UNAVAILABLE');
});

const ids: Record<string, string> = {
  instanceId: tenant.instanceId,
  businessId: tenant.businessId,
  sessionId: randomUUID(),
  keyId: randomUUID(),
  webhookId: randomUUID(),
  bulkStartId: randomUUID(),
  deadLetterId: randomUUID(),
  turnId: `${randomUUID()}.1`,
};

test.each(endpoints.map((route) => [route.name, route] as const))('what any route can refuse: %s', async (_name, route) => {
  const path = route.path.replaceAll(/:(\w+)/g, (_match, name: string) => encodeURIComponent(ids[name] ?? ''));
  const body = bodies[route.name] ?? (route.body ? {} : undefined);
  const whole: Ask = body === undefined ? {} : { body };
  await api.ask(route.method, path, { token: null });
  await api.ask(route.method, path, { token: 'tl_nonsense' });
  await api.ask(route.method, `${path}?surprise=1`, whole);
  if (route.scope !== 'instance') await api.ask(route.method, path, { token: tenant.tokens.instance });
  if (route.method !== 'GET') {
    await api.ask(route.method, path, { text: '{' });
    await api.ask(route.method, path, { text: '<a/>', headers: { 'content-type': 'text/xml' } });
    await api.ask(route.method, path, { text: '--', headers: { 'content-type': 'multipart/form-data; boundary=-' } });
    await api.ask(route.method, path, { text: `{}${' '.repeat(route.bodySizeBytesMax ?? 600 * 1_024)}` });
  }
  if (isRepeatable(route)) await repeat(path, whole, tokenOfAdmin);
  // A new pool each time: the driver waits longer and longer before it tries to connect again.
  const noPostgres = connect('postgres://nobody@127.0.0.1:1/none', { connectionsMax: 1 });
  withoutDatabase.context.database = noPostgres;
  const away = await withoutDatabase.ask(route.method, path, whole);
  await noPostgres.close();
  expect(away.headers['retry-after']).toMatch(/^\d+$/);
  await withoutTables.ask(route.method, path, whole);
});

const tokenOfAdmin = { scope: 'admin' } as const;

/** The same key while its first request is under way, and then with another request. */
async function repeat(path: string, ask: Ask, owner: Tenant): Promise<void> {
  const key = randomUUID();
  const headers = { 'idempotency-key': key };
  const { keyHash, requestHash } = hashesOf({ tenant: owner, method: 'POST', path, request: ask.body }, key);
  for (const [hash, status, code] of [
    [requestHash, 409, 'IDEMPOTENCY_KEY_IN_USE'],
    ['another', 422, 'IDEMPOTENCY_KEY_REUSED'],
  ] as const) {
    await hasty.database.sql`
      insert into idempotency_keys (key_hash, request_hash, new_id) values (${keyHash}, ${hash}, ${randomUUID()})
      on conflict (key_hash) do update set request_hash = excluded.request_hash`;
    const answer = await hasty.ask('POST', path, { ...ask, headers });
    expect([answer.status, answer.body.code]).toEqual([status, code]);
  }
}

/** Bodies that pass, so that the database is asked. */
const bodies: Record<string, unknown> = {
  createIntegration: { publicId: 'bot' },
  changeIntegration: {},
  changeSession: { action: 'pause' },
  startSession: { keyRemoteJid: '5531900000000@s.whatsapp.net' },
  callWebhook: { paid: true },
  publishEvents: event(tenant.instanceId),
  uploadMedia: { a: 'file' },
  createBusiness: { name: 'x' },
  registerInstance: { instanceId: 'x' },
  createBulkStart: bulk(),
  changeBulkStart: { action: 'pause' },
  createWebhook: hook,
  putChannel: gateway,
  settleDeadLetter: { action: 'discard' },
  settleDeadLetters: { action: 'discard' },
  settleUnownedDeadLetter: { action: 'discard' },
  resolveUncertainTurn: { resolution: 'processed' },
};

test('every answer that is documented has come', () => {
  const documented = endpoints.flatMap((route) => [
    ...Object.keys(route.answers).map((status) => `${route.name} ${status}`),
    ...[...refusalsOf(route)].flatMap(([status, codes]) => codes.map((code) => `${route.name} ${status} ${code}`)),
  ]);
  expect(documented.filter((answer) => !seen.has(answer))).toEqual([]);
  expect(new Set(endpoints.map(({ name }: Endpoint) => name)).size).toBe(endpoints.length);
});
