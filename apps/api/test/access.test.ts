import { randomUUID } from 'node:crypto';
import { fastify } from 'fastify';
import { inboundText } from '@typelane/testkit';
import { afterAll, expect, test } from 'vitest';
import { guard } from '../src/access/gate.ts';
import { endpoints } from '../src/routes/index.ts';
import type { Endpoint } from '../src/endpoint.ts';
import { type Ask, type Method, startTestApi } from './support/api.ts';
import { createTenant, freshChat, type TestTenant } from './support/tenants.ts';
import { troublesOf } from './support/troubles.ts';

const api = await startTestApi();
const [mine, theirs] = [await createTenant(api, 'mine'), await createTenant(api, 'theirs')];
const [mySession, theirSession] = await Promise.all(
  [mine, theirs].map(
    async ({ integration }) => (await api.ask('POST', `${integration}/session`, { body: { keyRemoteJid: freshChat() } })).body.sessionId,
  ),
);
afterAll(() => api.stop());

type Ids = {
  businessId: string;
  instanceId: string;
  sessionId: string;
  keyId: string;
  webhookId: string;
  bulkStartId: string;
  deadLetterId: string;
  turnId: string;
};

function pathOf(route: Endpoint, ids: Ids): string {
  return route.path.replaceAll(/:(\w+)/g, (_match, name: keyof Ids) => encodeURIComponent(ids[name]));
}

/** A body each route would take. */
function bodyFor(route: Endpoint, { instanceId }: Ids): unknown {
  const bodies: Record<string, unknown> = {
    createIntegration: { publicId: 'bot' },
    putChannel: { kind: 'generic', settings: { url: 'https://example.com/', secret: `whsec_${'A'.repeat(43)}=` } },
    changeIntegration: { enabled: false },
    changeSession: { action: 'close' },
    startSession: { keyRemoteJid: '5531900000000@s.whatsapp.net' },
    publishEvents: inboundText({ instanceId, jid: '5531900000000@s.whatsapp.net', text: 'hi' }),
    createBusiness: { name: 'x' },
    registerInstance: { instanceId: randomUUID() },
    createBulkStart: { contacts: [{ keyRemoteJid: '5531900000000@s.whatsapp.net' }] },
    changeBulkStart: { action: 'cancel' },
    createWebhook: { url: 'https://example.com/hook' },
    changeWebhook: { enabled: false },
    settleDeadLetter: { action: 'discard' },
    settleDeadLetters: { action: 'discard' },
    settleUnreadable: { action: 'discard' },
    resolveUncertainTurn: { resolution: 'processed' },
  };
  return bodies[route.name] ?? (route.body ? {} : undefined);
}

const ask = (route: Endpoint, ids: Ids, options: Ask) => {
  const body = bodyFor(route, ids);
  return api.ask(route.method, pathOf(route, ids), { ...(body !== undefined && { body }), ...options });
};

const webhookIds = new Map(
  await Promise.all(
    [mine, theirs].map(async ({ instanceId }) => {
      const path = `/api/v2/instance/${encodeURIComponent(instanceId)}/webhook`;
      return [instanceId, (await api.ask('POST', path, { body: { url: 'https://example.com/hook' } })).body.webhookId] as const;
    }),
  ),
);

const bulkStartIds = new Map(
  await Promise.all(
    [mine, theirs].map(async ({ instanceId, integration }) => {
      const body = { contacts: [{ keyRemoteJid: freshChat() }] };
      return [instanceId, (await api.ask('POST', `${integration}/bulk-start`, { body })).body.bulkStartId] as const;
    }),
  ),
);
/** What each tenant has that ended badly. */
const troubles = new Map<string, Pick<Ids, 'deadLetterId' | 'turnId'>>();
for (const { instanceId } of [mine, theirs]) troubles.set(instanceId, await troublesOf(api, instanceId));

const idsOf = (tenant: TestTenant, sessionId: string): Ids => ({
  businessId: tenant.businessId,
  instanceId: tenant.instanceId,
  sessionId,
  keyId: tenant.keyIds.instance,
  webhookId: webhookIds.get(tenant.instanceId) ?? '',
  bulkStartId: bulkStartIds.get(tenant.instanceId) ?? '',
  ...(troubles.get(tenant.instanceId) ?? { deadLetterId: '', turnId: '' }),
});
const named = endpoints.map((route) => [route.name, route] as const);

test.each(named)('%s asks for a token, whatever the path and headers look like', async (_name, route) => {
  const path = pathOf(route, idsOf(mine, mySession));
  const tricks: [string, Record<string, string>][] = [
    [path, {}],
    [`${path}?x=/docs`, {}],
    [`${path}?x=/openapi.json`, {}],
    [`${path}?apikey=operator-token-of-the-tests&token=operator-token-of-the-tests`, {}],
    [path, { authorization: 'Basic b3BlcmF0b3I6b3BlcmF0b3I=' }],
    [path, { authorization: 'Bearer' }],
    [path, { authorization: 'Bearer ' }],
    [path, { apikey: '' }],
    [path, { 'x-original-url': '/docs', 'x-rewrite-url': '/livez', 'x-forwarded-for': '127.0.0.1' }],
  ];
  for (const [url, headers] of tricks) {
    const answer = await api.ask(route.method, url, { token: null, headers });
    expect(answer, `${url} ${JSON.stringify(headers)}`).toMatchObject({
      status: 401,
      body: { error: 'Unauthorized', code: 'TOKEN_MISSING' },
      headers: { 'www-authenticate': 'Bearer' },
    });
  }
  for (const token of ['x', 'operator-token-of-the-test', 'operator-token-of-the-tests2', `tl_${'0'.repeat(32)}_${'A'.repeat(43)}`]) {
    expect(await api.ask(route.method, path, { token })).toMatchObject({ status: 401, body: { code: 'TOKEN_INVALID' } });
  }
});

test('HEAD asks for a token where GET does', async () => {
  expect((await api.ask('HEAD', mine.integration, { token: null })).status).toBe(401);
  expect((await api.ask('HEAD', mine.integration)).status).toBe(200);
});

test.each(named)('%s reads nothing of the body of a request without a token', async (_name, route) => {
  const answer = await api.ask(route.method, pathOf(route, idsOf(mine, mySession)), { token: null, text: '{"__proto__": nonsense' });
  expect(answer.body.code).toBe('TOKEN_MISSING');
});

test.each([
  '/docs;/../api/v2/admin/business',
  '/docs/../api/v2/admin/business',
  '/docs/%2e%2e/api/v2/admin/business',
  '//api/v2/admin/business',
  '/API/v2/admin/business',
  '/api/v2/admin/business/',
  '/api/v2/admin/business;x=1',
])('%s leads past no gate', async (path) => {
  const { status, text } = await api.ask('GET', path, { token: null });
  expect([401, 404]).toContain(status);
  expect(text).not.toContain(mine.businessId);
});

const withIds = endpoints.filter(({ path }) => path.includes(':'));
const rank = { instance: 0, business: 1, admin: 2 };

/** Every route that has an id, with every token of another tenant that may ask it at all. */
const matrix = withIds.flatMap((route) =>
  (['instance', 'business'] as const)
    .filter((scope) => rank[scope] >= rank[route.scope])
    .map((scope) => [route.name, scope, route] as const),
);

test.each(matrix)(
  "%s with a %s token answers for another tenant's ids as for ids that do not exist, and changes nothing",
  async (_name, scope, route) => {
    const token = mine.tokens[scope];
    const before = await everything();
    const foreign = idsOf(theirs, theirSession);
    const ids = ['sessionId', 'keyId', 'webhookId', 'bulkStartId', 'deadLetterId'] as const;
    const fresh = Object.fromEntries(ids.map((name) => [name, randomUUID()])) as Record<(typeof ids)[number], string>;
    const unknown = { businessId: 'nobody', instanceId: 'nobody', turnId: `${randomUUID()}.1`, ...fresh };
    const answer = await ask(route, foreign, { token });
    expect(answer.status).toBe(404);
    expect(await everything()).toEqual(before);
    // A business may register an instance that nobody has; of an instance somebody has it may not even know that.
    if (['createIntegration', 'putChannel'].includes(route.name) && scope === 'business') return;
    const other = await ask(route, unknown, { token });
    expect(other).toMatchObject({ status: 404, body: answer.body });
  },
);

/** One id of another tenant among one's own. */
const mixed = withIds
  .flatMap((route) => [...route.path.matchAll(/:(\w+)/g)].map(([, name]) => [route.name, name as keyof Ids, route] as const))
  .filter(([, , { path }]) => path.split(':').length > 2);

test.each(mixed)('%s finds nothing when %s alone is of another tenant', async (_name, name, route) => {
  const token = mine.tokens.business;
  const before = await everything();
  const own = idsOf(mine, mySession);
  const answer = await ask(route, { ...own, [name]: idsOf(theirs, theirSession)[name] }, { token });
  expect(answer.status).toBe(404);
  expect(await everything()).toEqual(before);
});

test.each(mixed)('%s finds nothing for an operator either when %s belongs to something else', async (_name, name, route) => {
  const answer = await ask(route, { ...idsOf(mine, mySession), [name]: idsOf(theirs, theirSession)[name] }, {});
  expect(answer.status).toBe(404);
});

/** Every row a request could change. */
async function everything(): Promise<unknown> {
  const { sql } = api.database;
  return Promise.all([
    sql`select * from businesses order by business_id`,
    sql`select * from instances order by instance_id`,
    sql`select * from typebot_integrations order by instance_id`,
    sql`select * from channels order by instance_id`,
    sql`select * from api_keys order by key_id`,
    sql`select * from sessions order by session_id`,
    sql`select * from webhooks order by webhook_id`,
    sql`select * from webhook_deliveries order by webhook_id`,
    sql`select * from bulk_starts order by bulk_start_id`,
    sql`select * from bulk_start_contacts order by bulk_start_id, place`,
    sql`select conversation_id, seq from inbox order by 1, 2`,
    sql`select * from dead_letters order by dead_letter_id`,
    sql`select * from turns order by conversation_id, seq`,
  ]);
}

test.each([...endpoints].filter(({ scope }) => scope !== 'instance').map((route) => [route.name, route.scope, route] as const))(
  '%s is only for scope %s and higher',
  async (_name, scope, route) => {
    const smaller = (['instance', 'business'] as const).filter((each) => rank[each] < rank[scope]);
    for (const each of smaller) {
      const answer = await ask(route, idsOf(mine, mySession), { token: mine.tokens[each] });
      expect(answer).toMatchObject({ status: 403, body: { error: 'Forbidden', code: 'SCOPE_TOO_SMALL' } });
    }
  },
);

test.each<[Method, string]>([
  ['GET', '/livez'],
  ['GET', '/readyz'],
  ['GET', '/openapi.json'],
  ['GET', '/docs'],
  ['HEAD', '/livez'],
])('%s %s asks for no token', async (method, path) => {
  expect((await api.ask(method, path, { token: null })).status).toBeLessThan(400);
});

test('an app with a route that declares no access does not start', async () => {
  const app = fastify();
  guard(app, api.context);
  app.get('/forgotten', async () => 'secret');
  await expect(app.ready()).rejects.toThrow('Every route must declare its access, but these do not: /forgotten');
});
