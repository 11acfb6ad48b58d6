import { afterAll, expect, test } from 'vitest';
import { startTestApi } from './support/api.ts';
import { createTenant } from './support/tenants.ts';

const api = await startTestApi();
const tenant = await createTenant(api, 'tokens');
afterAll(() => api.stop());

const business = `/api/v2/business/${encodeURIComponent(tenant.businessId)}`;
const collections = {
  admin: '/api/v2/admin/token',
  business: `${business}/token`,
  instance: `${business}/instance/${encodeURIComponent(tenant.instanceId)}/token`,
};

/** What each scope is the least for. */
const reaches = {
  admin: '/api/v2/admin/business',
  business: `${business}/instance`,
  instance: tenant.integration,
};

type Scope = keyof typeof collections;
const scopes: Scope[] = ['admin', 'business', 'instance'];

test.each(scopes)('a token of scope %s is shown once, and no dump of the database shows it', async (scope) => {
  const { status, body } = await api.ask('POST', collections[scope], { body: { name: 'my laptop', expiresInDays: 30 } });
  expect(status).toBe(201);
  expect(body).toMatchObject({
    scope,
    name: 'my laptop',
    businessId: scope === 'admin' ? null : tenant.businessId,
    instanceId: scope === 'instance' ? tenant.instanceId : null,
    revokedAt: null,
  });
  expect(body.token).toMatch(/^tl_[0-9a-f]{32}_[\w-]{43}$/);
  expect(Date.parse(body.expiresAt) - Date.parse(body.createdAt)).toBe(30 * 86_400_000);
  const rows = JSON.stringify(await api.database.sql`select * from api_keys`);
  expect(rows).toContain(body.keyId);
  expect(rows).not.toContain(body.token.slice(-43));
  const listed = await api.ask('GET', collections[scope]);
  expect(listed.body[0]).toEqual({ ...body, token: undefined });
  expect(listed.text + api.log()).not.toContain(body.token.slice(-43));
});

test.each(
  scopes.flatMap((scope) => scopes.map((place) => [scope, place, scopes.indexOf(scope) <= scopes.indexOf(place) ? 200 : 403] as const)),
)('with a token of scope %s a route for scope %s answers with %i', async (scope, place, status) => {
  const { token } = (await api.ask('POST', collections[scope], { body: {} })).body;
  const answer = await api.ask('GET', reaches[place], { token });
  expect(answer.status).toBe(status);
  if (status === 403)
    expect(answer.body).toMatchObject({
      error: 'Forbidden',
      code: 'SCOPE_TOO_SMALL',
      message: [expect.stringContaining(`the scope of yours is \`${scope}\``)],
    });
});

test.each(scopes)('a token of scope %s may come in either header', async (scope) => {
  const { token } = (await api.ask('POST', collections[scope], { body: {} })).body;
  for (const headers of [{ authorization: `Bearer ${token}` }, { authorization: `bearer ${token}` }, { apikey: token }]) {
    expect((await api.ask('GET', reaches[scope], { token: null, headers })).status).toBe(200);
  }
});

test.each(scopes)('a revoked token of scope %s opens nothing from then on', async (scope) => {
  const { token, keyId } = (await api.ask('POST', collections[scope], { body: {} })).body;
  expect((await api.ask('GET', reaches[scope], { token })).status).toBe(200);
  const revoked = await api.ask('DELETE', `${collections[scope]}/${keyId}`);
  expect(revoked.body).toMatchObject({ keyId, revokedAt: expect.any(String) });
  expect(await api.ask('GET', reaches[scope], { token })).toMatchObject({ status: 401, body: { code: 'TOKEN_INVALID' } });
  expect((await api.ask('DELETE', `${collections[scope]}/${keyId}`)).body).toEqual(revoked.body);
});

test('an expired token opens nothing', async () => {
  const { token, keyId } = (await api.ask('POST', collections.instance, { body: { expiresInDays: 1 } })).body;
  await api.database.sql`update api_keys set expires_at = now() - interval '1 second' where key_id = ${keyId}`;
  expect((await api.ask('GET', reaches.instance, { token })).body.code).toBe('TOKEN_INVALID');
});

const flip = (token: string, at: number) => token.slice(0, at) + (token[at] === 'a' ? 'b' : 'a') + token.slice(at + 1);

test.each<[string, (token: string) => string]>([
  ['another key id', (token) => flip(token, 5)],
  ['another last character', (token) => flip(token, token.length - 1)],
  ['another character of its secret', (token) => flip(token, token.length - 20)],
  ['a character less', (token) => token.slice(0, -1)],
  ['a character more', (token) => `${token}x`],
  ['capitals', (token) => token.toUpperCase()],
  ['nothing but its prefix', () => 'tl_'],
  ['10,000 characters', () => 'x'.repeat(10_000)],
  ['a character that is not ASCII', () => 'é'],
])('a token with %s is refused', async (_what, change) => {
  const { token } = (await api.ask('POST', collections.admin, { body: {} })).body;
  const answer = await api.ask('GET', reaches.admin, { token: null, headers: { apikey: change(token) } });
  expect(answer).toMatchObject({ status: 401, body: { code: 'TOKEN_INVALID' }, headers: { 'www-authenticate': 'Bearer' } });
});

test.each(scopes)('the tokens of scope %s come in pages, newest first', async (scope) => {
  for (let n = 0; n < 3; n += 1) await api.ask('POST', collections[scope], { body: { name: `page ${n}` } });
  const first = await api.ask('GET', `${collections[scope]}?limit=2`);
  expect(first.body.map(({ name }: { name: string }) => name)).toEqual(['page 2', 'page 1']);
  const next = /^<([^>]+)>/.exec(String(first.headers['link']))?.[1] ?? '';
  expect((await api.ask('GET', next)).body[0].name).toBe('page 0');
});

test("a business's list shows its own tokens and not those of its instances, and one cannot be revoked as the other", async () => {
  const ofInstance = (await api.ask('POST', collections.instance, { body: {} })).body;
  const listed = (await api.ask('GET', `${collections.business}?limit=500`)).body;
  expect(listed.every(({ scope }: { scope: Scope }) => scope === 'business')).toBe(true);
  expect(await api.ask('DELETE', `${collections.business}/${ofInstance.keyId}`)).toMatchObject({
    status: 404,
    body: { code: 'TOKEN_NOT_FOUND' },
  });
  expect((await api.ask('GET', reaches.instance, { token: ofInstance.token })).status).toBe(200);
});

test.each([
  [{ expiresInDays: 0 }, '`expiresInDays` must be at least 1, but got 0'],
  [{ expiresInDays: 1.5 }, '`expiresInDays` must be a whole number, but got 1.5'],
  [{ expiresInDays: 3_651 }, '`expiresInDays` must be at most 3,650, but got 3651'],
  [{ name: '' }, '`name` must be text of at least 1 character, but got ""'],
  [{ scope: 'admin' }, '`scope` is not a known field'],
])('%j is refused', async (body, sentence) => {
  expect((await api.ask('POST', collections.business, { body })).body.message).toEqual([sentence]);
});

test('a token needs no body to be issued', async () => {
  expect((await api.ask('POST', collections.instance)).body).toMatchObject({ name: 'token', expiresAt: null });
});
