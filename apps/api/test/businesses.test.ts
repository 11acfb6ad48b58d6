import { afterAll, expect, test } from 'vitest';
import { startTestApi } from './support/api.ts';
import { createTenant } from './support/tenants.ts';

const api = await startTestApi();
const [one, two] = [await createTenant(api, 'one'), await createTenant(api, 'two')];
afterAll(() => api.stop());

const path = '/api/v2/admin/business';

test('a business is created under the id that is given, or a new one', async () => {
  const given = await api.ask('POST', path, { body: { name: 'Shop', businessId: 'shop/1 é' } });
  expect(given.status).toBe(201);
  expect(given.body).toEqual({ businessId: 'shop/1 é', name: 'Shop', createdAt: expect.any(String), updatedAt: expect.any(String) });
  expect((await api.ask('GET', `${path}/${encodeURIComponent('shop/1 é')}`)).body).toEqual(given.body);
  expect((await api.ask('POST', path, { body: { name: 'Shop' } })).body.businessId).toMatch(/^[0-9a-f-]{36}$/);
  expect((await api.ask('POST', path, { body: { name: 'Again', businessId: 'shop/1 é' } })).body.code).toBe('BUSINESS_EXISTS');
});

test('businesses and instances come in pages, newest first', async () => {
  for (const n of [1, 2, 3]) {
    await api.ask('POST', path, { body: { name: `paged ${n}`, businessId: `paged-${n}` } });
    await api.ask('POST', '/api/v2/business/paged-1/instance', { body: { instanceId: `paged-${n}` } });
  }
  for (const [list, key] of [
    [path, 'businessId'],
    ['/api/v2/business/paged-1/instance', 'instanceId'],
  ] as const) {
    const first = await api.ask('GET', `${list}?limit=2`);
    expect(first.body.map((row: Record<string, string>) => row[key])).toEqual(['paged-3', 'paged-2']);
    const next = /^<([^>]+)>/.exec(String(first.headers['link']))?.[1] ?? '';
    expect((await api.ask('GET', next)).body[0][key]).toBe('paged-1');
  }
});

test('a business registers its own instances, and sees no others', async () => {
  const { businessId, tokens } = one;
  const list = `/api/v2/business/${encodeURIComponent(businessId)}/instance`;
  const registered = await api.ask('POST', list, { token: tokens.business, body: { instanceId: 'one-more', instanceName: 'More' } });
  expect(registered).toMatchObject({ status: 201, body: { instanceId: 'one-more', name: 'More', businessId: businessId } });
  expect((await api.ask('GET', list, { token: tokens.business })).body.map(({ instanceId }: { instanceId: string }) => instanceId)).toEqual(
    ['one-more', one.instanceId],
  );
  expect((await api.ask('GET', `${list}/one-more`, { token: tokens.business })).body).toEqual(registered.body);
});

test('an instance id of any business cannot be registered again', async () => {
  const list = `/api/v2/business/${encodeURIComponent(one.businessId)}/instance`;
  const answers = await Promise.all(
    [one, two].map(({ instanceId }) => api.ask('POST', list, { token: one.tokens.business, body: { instanceId } })),
  );
  for (const answer of answers) expect(answer).toMatchObject({ status: 409, body: { code: 'INSTANCE_UNAVAILABLE' } });
  expect(answers[0]?.body).toEqual(answers[1]?.body);
});

test('a business puts a bot on an instance nobody has registered, which is its own from then on', async () => {
  const fresh = '/api/v2/instance/found/typebot-integration';
  expect((await api.ask('POST', fresh, { token: one.tokens.business, body: { publicId: 'bot' } })).status).toBe(201);
  expect((await api.ask('GET', fresh, { token: two.tokens.business })).status).toBe(404);
  expect(await api.ask('POST', fresh, { token: two.tokens.business, body: { publicId: 'bot' } })).toMatchObject({
    status: 404,
    body: { code: 'INSTANCE_NOT_FOUND' },
  });
});

test.each(['business', 'instance'] as const)('a token of scope %s names no other business', async (scope) => {
  const place = scope === 'business' ? '/api/v2/instance/mine/typebot-integration' : one.integration;
  const answer = await api.ask('POST', place, { token: one.tokens[scope], body: { publicId: 'bot', businessId: two.businessId } });
  expect(answer).toMatchObject({ status: 403, body: { code: 'OTHER_BUSINESS' } });
  expect((await api.ask('GET', '/api/v2/instance/mine/typebot-integration')).status).toBe(404);
});

test('a token of scope instance reaches its instance only, and registers none', async () => {
  expect((await api.ask('GET', one.integration, { token: one.tokens.instance })).status).toBe(200);
  expect(
    await api.ask('POST', '/api/v2/instance/wanted/typebot-integration', { token: one.tokens.instance, body: { publicId: 'bot' } }),
  ).toMatchObject({
    status: 404,
    body: { code: 'INSTANCE_NOT_FOUND' },
  });
});

test('an instance is removed with all that is its own, and its id stays with its business', async () => {
  const list = `/api/v2/business/${encodeURIComponent(one.businessId)}/instance`;
  const body = { instanceId: 'short-lived' };
  await api.ask('POST', list, { token: one.tokens.business, body });
  await api.ask('POST', '/api/v2/instance/short-lived/typebot-integration', { token: one.tokens.business, body: { publicId: 'bot' } });
  const { token } = (await api.ask('POST', `${list}/short-lived/token`, { token: one.tokens.business })).body;
  expect((await api.ask('DELETE', `${list}/short-lived`, { token: two.tokens.business })).status).toBe(404);
  expect((await api.ask('DELETE', `${list}/short-lived`, { token: one.tokens.business })).body).toMatchObject(body);
  expect((await api.ask('GET', `${list}/short-lived`, { token: one.tokens.business })).status).toBe(404);
  expect((await api.ask('GET', '/api/v2/instance/short-lived/typebot-integration', { token })).status).toBe(401);
  const others = `/api/v2/business/${encodeURIComponent(two.businessId)}/instance`;
  const refused = await api.ask('POST', others, { token: two.tokens.business, body });
  // Answered like an id that is in use, so that the answer tells nobody which ids exist.
  expect(refused).toMatchObject({ status: 409, body: { code: 'INSTANCE_UNAVAILABLE' } });
  const taken = await api.ask('POST', others, { token: two.tokens.business, body: { instanceId: one.instanceId } });
  expect(taken.body).toEqual(refused.body);
  expect((await api.ask('POST', list, { token: one.tokens.business, body })).status).toBe(201);
});
