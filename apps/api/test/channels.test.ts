import { createEgress } from '@typelane/runtime';
import { startFakeCloudApi, startFakeEvolution } from '@typelane/testkit';
import { afterAll, beforeEach, expect, test } from 'vitest';
import { startTestApi } from './support/api.ts';
import { createTenant } from './support/tenants.ts';

const evolution = await startFakeEvolution();
const meta = await startFakeCloudApi();
const egress = createEgress({ allow: [new URL(evolution.url).host, new URL(meta.url).host] });
const api = await startTestApi({ egress });
afterAll(async () => {
  await api.stop();
  egress.close();
  await Promise.all([evolution.close(), meta.close()]);
});

const settings = { baseURL: evolution.url, instanceName: 'loja', apikey: 'INSTANCE-TOKEN', webhookSecret: 'agreed-token' };
const { apikey, webhookSecret, ...open } = settings;

let count = 0;
let path: string;
let token: string;

beforeEach(async () => {
  const tenant = await createTenant(api, `channel ${(count += 1)}`);
  path = `/api/v2/instance/${encodeURIComponent(tenant.instanceId)}/channel`;
  token = tenant.tokens.instance;
  Object.assign(evolution, { version: '2.3.7', state: 'open', isLicensed: true, webhook: null });
});

const ask: typeof api.ask = (method, place, options = {}) => api.ask(method, place, { token, ...options });
const put = (body: object = { kind: 'evolution', settings }) => ask('PUT', path, { body });

test('a channel is created with an address for webhooks that is shown this once, and its secrets are never shown', async () => {
  const created = await put();
  expect(created).toMatchObject({
    status: 201,
    body: {
      kind: 'evolution',
      settings: open,
      secretsSet: ['apikey', 'webhookSecret'],
      webhookURL: expect.stringMatching(/^https:\/\/hooks\.example\.com\/gateway\/evolution\/[\w-]{43}$/),
      health: { connection: null, lastInboundAt: null },
    },
  });
  const { webhookURL, ...rest } = created.body;
  expect((await ask('GET', path)).body).toEqual(rest);
  const rows = JSON.stringify(await api.database.sql`select * from channels`);
  for (const secret of [apikey, webhookSecret, webhookURL.split('/').at(-1)]) {
    expect(rows).not.toContain(secret);
    expect(api.log()).not.toContain(secret);
  }
});

test('a changed channel keeps its address and the secrets that are left out, but takes none of them to another host', async () => {
  await put();
  const changed = await put({ kind: 'evolution', settings: { ...open, instanceName: 'other' } });
  expect(changed).toMatchObject({ status: 200, body: { settings: { instanceName: 'other' }, secretsSet: ['apikey', 'webhookSecret'] } });
  expect(changed.body.webhookURL).toBeUndefined();
  const moved = await put({ kind: 'evolution', settings: { ...open, baseURL: meta.url } });
  expect(moved).toMatchObject({ status: 400, body: { message: [expect.stringContaining('`settings.apikey`')] } });
});

test('another kind begins anew', async () => {
  const first = (await put()).body.webhookURL;
  const second = await put({ kind: 'generic', settings: { url: 'https://example.com/replies', secret: `whsec_${'A'.repeat(43)}=` } });
  expect(second.status).toBe(201);
  expect(second.body.webhookURL).not.toBe(first);
  expect(second.body.secretsSet).toEqual(['secret']);
});

test.each([
  ['an unknown kind', { kind: 'carrier-pigeon', settings: {} }, '`kind`'],
  ['a setting nobody knows', { kind: 'evolution', settings: { ...settings, colour: 'red' } }, 'colour'],
  ['a missing secret', { kind: 'evolution', settings: open }, '`settings.apikey`'],
  ['a private host', { kind: 'evolution', settings: { ...settings, baseURL: 'http://10.0.0.5:8080' } }, '`settings.baseURL`'],
  [
    'Meta without its app secret',
    { kind: 'cloud-api', settings: { phoneNumberId: '12345', accessToken: 'x', verifyToken: 'y' } },
    '`settings.appSecret`',
  ],
])('%s is refused in a sentence', async (_, body, words) => {
  const refused = await put(body);
  expect(refused.status).toBe(400);
  expect(refused.body.message.join(' ')).toContain(words);
});

test('an instance without a channel has none to show, to test, to register or to remove', async () => {
  for (const [method, place] of [
    ['GET', path],
    ['DELETE', path],
    ['POST', `${path}/test`],
    ['POST', `${path}/register`],
  ] as const) {
    expect((await ask(method, place)).body.code).toBe('CHANNEL_NOT_FOUND');
  }
});

test('a removed channel is gone', async () => {
  await put();
  expect(await ask('DELETE', path)).toMatchObject({ status: 200, body: { kind: 'evolution' } });
  expect((await ask('GET', path)).status).toBe(404);
});

test('another tenant has no part in a channel', async () => {
  await put();
  const other = await createTenant(api, `other ${count}`);
  const asOther = { token: other.tokens.instance };
  expect((await api.ask('GET', path, asOther)).body.code).toBe('CHANNEL_NOT_FOUND');
  expect((await api.ask('PUT', path, { ...asOther, body: { kind: 'evolution', settings } })).body.code).toBe('INSTANCE_NOT_FOUND');
});

test('registering sets the webhook of the gateway, and the test finds it there', async () => {
  await put();
  const before = await ask('POST', `${path}/test`);
  expect(before.body).toMatchObject({ ok: false });
  expect(before.body.checks).toContainEqual({ check: 'webhook', ok: false, sentence: expect.stringContaining('register the channel') });
  const registered = await ask('POST', `${path}/register`);
  expect(registered.body).toMatchObject({ registered: true, webhookURL: evolution.webhook?.url });
  expect(evolution.webhook).toMatchObject({ enabled: true, base64: false, headers: { 'X-Typelane-Token': 'agreed-token' } });
  const after = await ask('POST', `${path}/test`);
  expect(after.body).toMatchObject({ ok: true });
  expect(after.body.checks.map(({ check }: { check: string }) => check)).toEqual(['version', 'connection', 'webhook', 'base64', 'groups']);
});

test.each([
  ['another key', () => put({ kind: 'evolution', settings: { ...settings, apikey: 'wrong' } }), 'credentials'],
  ['no such instance', () => put({ kind: 'evolution', settings: { ...settings, instanceName: 'none' } }), 'instance'],
  ['a phone that is off', () => ((evolution.state = 'close'), put()), 'connection'],
  ['a licence that is missing', () => ((evolution.isLicensed = false), put()), 'licence'],
  ['a version nobody tried', () => ((evolution.version = '1.8.2'), put()), 'version'],
  ['nobody there', () => put({ kind: 'evolution', settings: { ...settings, baseURL: 'http://nobody.invalid' } }), 'reachable'],
])('the test says what is wrong: %s', async (_, prepare, check) => {
  await prepare();
  const { body } = await ask('POST', `${path}/test`);
  expect(body.ok).toBe(false);
  expect(body.checks).toContainEqual({ check, ok: false, sentence: expect.any(String) });
  expect(JSON.stringify(body)).not.toContain('agreed-token');
});

test("Meta's webhook is registered by API when the business account is known, else by hand", async () => {
  const cloud = {
    phoneNumberId: meta.phoneNumberId,
    accessToken: meta.accessToken,
    appSecret: 's',
    verifyToken: 'agreed-word',
    baseURL: meta.url,
  };
  await put({ kind: 'cloud-api', settings: cloud });
  expect((await ask('POST', `${path}/test`)).body).toMatchObject({ ok: true });
  const byHand = await ask('POST', `${path}/register`);
  expect(byHand.body).toMatchObject({ registered: false, sentence: expect.stringContaining('wabaId') });
  await put({ kind: 'cloud-api', settings: { ...cloud, wabaId: '102290129340398' } });
  expect((await ask('POST', `${path}/register`)).body).toMatchObject({ registered: true, webhookURL: meta.webhookURL });
});

test('a channel that was sealed under another key says so', async () => {
  await put();
  await api.database.sql`update channels set secrets = 'v1.00000000.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA'`;
  for (const place of ['test', 'register']) expect((await ask('POST', `${path}/${place}`)).body.code).toBe('CHANNEL_UNREADABLE');
  expect((await ask('GET', path)).body.secretsSet).toEqual([]);
});
