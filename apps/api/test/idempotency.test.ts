import { randomUUID } from 'node:crypto';
import { afterAll, expect, test } from 'vitest';
import { startTestApi } from './support/api.ts';
import { createTenant, freshChat } from './support/tenants.ts';

const api = await startTestApi();
afterAll(() => api.stop());
const { integration, instanceId, businessId } = await createTenant(api, 'repeats');
const lists = `${integration}/bulk-start`;
const tokens = `/api/v2/business/${encodeURIComponent(businessId)}/instance/${encodeURIComponent(instanceId)}/token`;

const bulk = () => ({ contacts: [{ keyRemoteJid: freshChat() }] });
const withKey = (key: string) => ({ headers: { 'idempotency-key': key } });

test('a bulk start that is posted twice with the same key is one, and is answered the same', async () => {
  const key = randomUUID();
  const body = bulk();
  const first = await api.ask('POST', lists, { body, ...withKey(key) });
  const second = await api.ask('POST', lists, { body, ...withKey(key) });
  expect([first.status, second.status]).toEqual([201, 201]);
  expect(second.body).toEqual(first.body);
  expect([first.headers['idempotency-replayed'], second.headers['idempotency-replayed']]).toEqual([undefined, 'true']);
  const { body: all } = await api.ask('GET', lists);
  expect(all.filter(({ bulkStartId }: { bulkStartId: string }) => bulkStartId === first.body.bulkStartId)).toHaveLength(1);
});

test('of ten at once with the same key one is carried out, and all are answered alike', async () => {
  const key = randomUUID();
  const body = bulk();
  const before = (await api.ask('GET', lists)).body.length;
  const answers = await Promise.all(Array.from({ length: 10 }, () => api.ask('POST', lists, { body, ...withKey(key) })));
  expect(new Set(answers.map(({ body: { bulkStartId } }) => bulkStartId)).size).toBe(1);
  expect((await api.ask('GET', lists)).body).toHaveLength(before + 1);
});

test('a start that is repeated starts the chat once', async () => {
  const key = randomUUID();
  const body = { keyRemoteJid: freshChat() };
  const first = await api.ask('POST', `${integration}/session`, { body, ...withKey(key) });
  const second = await api.ask('POST', `${integration}/session`, { body, ...withKey(key) });
  expect([first.status, second.status, second.body]).toEqual([201, 201, first.body]);
});

test('the same key with another body is refused, and so is a key that is none', async () => {
  const key = randomUUID();
  await api.ask('POST', lists, { body: bulk(), ...withKey(key) });
  expect(await api.ask('POST', lists, { body: bulk(), ...withKey(key) })).toMatchObject({
    status: 422,
    body: { code: 'IDEMPOTENCY_KEY_REUSED' },
  });
  for (const bad of ['', 'x'.repeat(256), 'a b', 'ü']) {
    const answer = await api.ask('POST', lists, { body: bulk(), ...withKey(bad) });
    expect([answer.status, answer.body.message]).toEqual([400, ['The header `Idempotency-Key` must be 1 to 255 visible ASCII characters']]);
  }
});

test('a request that was refused may be corrected and sent again under its key', async () => {
  const key = randomUUID();
  expect(
    (await api.ask('POST', `/api/v2/instance/${randomUUID()}/typebot-integration/bulk-start`, { body: bulk(), ...withKey(key) })).status,
  ).toBe(404);
  const fresh = `/api/v2/instance/${randomUUID()}/typebot-integration`;
  expect((await api.ask('POST', fresh, { body: { publicId: 'bot', businessId: 'x'.repeat(201) }, ...withKey(key) })).status).toBe(400);
  expect((await api.ask('POST', fresh, { body: { publicId: 'bot' }, ...withKey(key) })).status).toBe(201);
});

test('a token that is asked for twice with one key is the same token, and is not readable in the database', async () => {
  const key = randomUUID();
  const [first, second] = [await api.ask('POST', tokens, withKey(key)), await api.ask('POST', tokens, withKey(key))];
  expect(second.body).toEqual(first.body);
  expect((await api.ask('GET', integration, { token: second.body.token })).status).toBe(200);
  const rows = JSON.stringify(await api.database.sql`select * from idempotency_keys`);
  expect(rows).not.toContain(first.body.token.slice(-43));
});

test('another tenant may use the same key', async () => {
  const key = randomUUID();
  const other = await createTenant(api, 'repeats too');
  const path = `/api/v2/business/${encodeURIComponent(other.businessId)}/token`;
  const byOperator = await api.ask('POST', path, withKey(key));
  const byBusiness = await api.ask('POST', path, { token: other.tokens.business, ...withKey(key) });
  expect(byBusiness.status).toBe(201);
  expect(byBusiness.body.keyId).not.toBe(byOperator.body.keyId);
});

test('a request whose process died is carried out by the next one with its key, and finds what was made', async () => {
  const key = randomUUID();
  const body = bulk();
  const first = await api.ask('POST', lists, { body, ...withKey(key) });
  // As it stands when the process died between making the list and writing down the answer.
  await api.database.sql`
    update idempotency_keys set status = null, answer = null, created_at = now() - interval '2 minutes'
    where created_at > now() - interval '1 minute' and status = 201`;
  const again = await api.ask('POST', lists, { body, ...withKey(key) });
  expect([again.status, again.body.bulkStartId]).toEqual([201, first.body.bulkStartId]);
});

test('after a day the same key begins anew', async () => {
  const key = randomUUID();
  const first = await api.ask('POST', lists, { body: bulk(), ...withKey(key) });
  await api.database.sql`update idempotency_keys set created_at = now() - interval '25 hours'`;
  const anew = await api.ask('POST', lists, { body: bulk(), ...withKey(key) });
  expect(anew.status).toBe(201);
  expect(anew.body.bulkStartId).not.toBe(first.body.bulkStartId);
});
