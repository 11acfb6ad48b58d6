import { createSealer } from '@typelane/runtime';
import { sealedAbout } from '@typelane/db';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestApi } from './support/api.ts';
import { createTenant } from './support/tenants.ts';

const api = await startTestApi();
afterAll(() => api.stop());

let path: string;
let token: string;

beforeAll(async () => {
  const tenant = await createTenant(api, 'webhooks');
  path = `/api/v2/instance/${encodeURIComponent(tenant.instanceId)}/webhook`;
  token = tenant.tokens.instance;
});

const ask: typeof api.ask = (method, place, options = {}) => api.ask(method, place, { token, ...options });
const create = async (body: object = {}) => (await ask('POST', path, { body: { url: 'https://example.com/hook?key=1', ...body } })).body;

test('a webhook is created with a secret that is shown this once', async () => {
  const created = await ask('POST', path, { body: { url: 'https://example.com/hook?key=1' } });
  expect(created).toMatchObject({
    status: 201,
    body: {
      instanceId: 'instance webhooks',
      url: 'https://example.com/hook?key=1',
      types: [],
      enabled: true,
      failingSince: null,
      disabledReason: null,
      secret: expect.stringMatching(/^whsec_[A-Za-z0-9+/]{43}=$/),
    },
  });
  const { secret, ...rest } = created.body;
  const place = `${path}/${rest.webhookId}`;
  expect((await ask('GET', place)).body).toEqual(rest);
  expect((await ask('GET', path)).body).toContainEqual(rest);
  expect((await ask('PUT', place, { body: {} })).body).toEqual({ ...rest, updatedAt: expect.any(String) });
  const [row] = await api.database.sql`select * from webhooks where webhook_id = ${rest.webhookId}`;
  expect(JSON.stringify(row)).not.toContain(secret.slice('whsec_'.length));
  expect(api.log()).not.toContain(secret);
  expect(api.log()).not.toContain('example.com');
});

test('a new secret takes the place of the old one, and another webhook cannot open it', async () => {
  const { webhookId, secret } = await create();
  const rotated = await ask('POST', `${path}/${webhookId}/secret`);
  expect(rotated.status).toBe(200);
  expect(rotated.body.secret).toMatch(/^whsec_/);
  expect(rotated.body.secret).not.toBe(secret);
  const [row] = await api.database.sql`select secret from webhooks where webhook_id = ${webhookId}`;
  const { sealer } = api.context;
  expect(sealer.open(row?.['secret'], sealedAbout(webhookId))).toBe(rotated.body.secret);
  expect(() => sealer.open(row?.['secret'], sealedAbout('another'))).toThrow('another owner');
  expect(() => createSealer('another key').open(row?.['secret'], sealedAbout(webhookId))).toThrow('another SECRET_KEY');
});

test.each([
  ['http://127.0.0.1/hook', 'on a public host'],
  ['http://127.1:3000/hook', 'on a public host'],
  ['http://0xa9fea9fe/latest/meta-data', 'on a public host'],
  ['https://[::1]/hook', 'on a public host'],
  ['https://[::ffff:10.0.0.1]/hook', 'on a public host'],
  ['http://10.1.2.3/hook', 'on a public host'],
  ['http://localhost./hook', 'on a public host'],
  ['http://metadata.google.internal/hook', 'on a public host'],
  ['ftp://example.com/hook', 'an http or https URL'],
  ['https://ana:pass@example.com/hook', 'an http or https URL'],
  ['https://example.com/#hook', 'an http or https URL'],
  ['example.com/hook', 'an http or https URL'],
])('%s is refused, naming the field, at creation and at change', async (url, expected) => {
  const { webhookId } = (await ask('GET', path)).body[0];
  for (const refused of [await ask('POST', path, { body: { url } }), await ask('PUT', `${path}/${webhookId}`, { body: { url } })]) {
    expect(refused).toMatchObject({ status: 400, body: { code: 'INVALID_REQUEST' } });
    expect(refused.body.message[0]).toMatch(new RegExp(`^\`url\` must be ${expected}`));
    expect(refused.text).not.toContain('pass@');
  }
});

test.each([
  [{ url: 'https://example.com', types: ['session.opened', 'session.eaten'] }, 'types'],
  [{ url: 'https://example.com', enabled: 'yes' }, 'enabled'],
  [{ url: 'https://example.com', secret: 'mine' }, 'secret'],
  [{}, 'url'],
])('%j is refused, naming `%s`', async (body, field) => {
  const refused = await ask('POST', path, { body });
  expect(refused.status).toBe(400);
  expect(refused.body.message.join()).toContain(`\`${field}`);
});

test('types are kept once each, and an empty list means all', async () => {
  const { webhookId } = await create({ types: ['message.dead', 'message.dead', 'session.closed'] });
  const place = `${path}/${webhookId}`;
  expect((await ask('GET', place)).body.types).toEqual(['message.dead', 'session.closed']);
  expect((await ask('PUT', place, { body: { types: [] } })).body.types).toEqual([]);
});

test('one that we switched off begins without its past when it is switched on', async () => {
  const { webhookId } = await create();
  const place = `${path}/${webhookId}`;
  const { sql } = api.database;
  await sql`update webhooks set enabled = false, failing_since = now() - interval '6 days', disabled_reason = 'failing' where webhook_id = ${webhookId}`;
  expect((await ask('GET', place)).body).toMatchObject({ enabled: false, disabledReason: 'failing', failingSince: expect.any(String) });
  expect((await ask('PUT', place, { body: { types: [] } })).body).toMatchObject({ enabled: false, disabledReason: 'failing' });
  expect((await ask('PUT', place, { body: { enabled: true } })).body).toMatchObject({
    enabled: true,
    disabledReason: null,
    failingSince: null,
  });
});

test('switching one off gives up what waits for it, on record', async () => {
  const { webhookId } = await create();
  const place = `${path}/${webhookId}`;
  const ordered = await ask('POST', `${place}/test`);
  expect(ordered).toMatchObject({ status: 202, body: { type: 'ping', status: 'waiting', attempts: 0, failure: null, deliveredAt: null } });
  expect((await ask('GET', `${place}/delivery`)).body).toEqual([ordered.body]);
  await ask('PUT', place, { body: { enabled: false } });
  expect((await ask('GET', `${place}/delivery`)).body).toEqual([{ ...ordered.body, status: 'givenUp', nextAt: null }]);
});

test('deliveries are listed page by page, the newest first, with what they met', async () => {
  const { webhookId } = await create();
  const place = `${path}/${webhookId}`;
  const ids: string[] = [];
  for (let count = 0; count < 3; count += 1) ids.unshift((await ask('POST', `${place}/test`)).body.sessionEventId);
  const { sql } = api.database;
  await sql`update webhook_deliveries set attempts = 1, next_at = null, failure = 'http_500' where session_event_id = ${ids[0] ?? ''}`;
  await sql`update webhook_deliveries set attempts = 2, next_at = null, delivered_at = now() where session_event_id = ${ids[1] ?? ''}`;
  const first = await ask('GET', `${place}/delivery?limit=2`);
  expect(first.body).toMatchObject([
    { sessionEventId: ids[0], status: 'givenUp', attempts: 1, failure: 'http_500' },
    { sessionEventId: ids[1], status: 'delivered', attempts: 2, failure: null },
  ]);
  const next = /<([^>]+)>; rel="next"/.exec(String(first.headers['link']))?.[1] ?? '';
  const second = await ask('GET', next);
  expect(second.body).toMatchObject([{ sessionEventId: ids[2], status: 'waiting' }]);
  expect(second.headers['link']).toBeUndefined();
});

test('a removed webhook is gone, with what waits for it', async () => {
  const { webhookId } = await create();
  const place = `${path}/${webhookId}`;
  await ask('POST', `${place}/test`);
  expect((await ask('DELETE', place)).status).toBe(200);
  expect((await ask('GET', place)).body.code).toBe('WEBHOOK_NOT_FOUND');
  expect(await api.database.sql`select from webhook_deliveries where webhook_id = ${webhookId}`).toHaveLength(0);
});

test('an instance has ten webhooks at most, also when they are created at once', async () => {
  const { instanceId } = await createTenant(api, 'crowded');
  const crowded = `/api/v2/instance/${encodeURIComponent(instanceId)}/webhook`;
  const answers = await Promise.all(Array.from({ length: 14 }, () => api.ask('POST', crowded, { body: { url: 'https://example.com' } })));
  expect(answers.filter(({ status }) => status === 201)).toHaveLength(10);
  expect(answers.find(({ status }) => status === 409)?.body.code).toBe('TOO_MANY_WEBHOOKS');
});

test('a host the operator allows may be private', async () => {
  const allowing = await startTestApi({ egress: { ...api.context.egress, check: () => ({ allowed: true }) } });
  const { instanceId } = await createTenant(allowing, 'private');
  const body = { url: 'http://10.0.0.5:8080/hook' };
  expect((await allowing.ask('POST', `/api/v2/instance/${encodeURIComponent(instanceId)}/webhook`, { body })).status).toBe(201);
  await allowing.stop();
});
