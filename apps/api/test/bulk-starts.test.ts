import { orderDueStarts } from '@typelane/db';
import { afterAll, expect, test } from 'vitest';
import { startTestApi } from './support/api.ts';
import { createTenant, freshChat } from './support/tenants.ts';

const api = await startTestApi();
afterAll(() => api.stop());

const { integration } = await createTenant(api, 'bulk');
const path = `${integration}/bulk-start`;
const chats = (count: number) => Array.from({ length: count }, () => ({ keyRemoteJid: freshChat() }));
const create = async (body: object) => (await api.ask('POST', path, { body })).body;

test('a list is kept whole and tells how far it has come', async () => {
  const { status, body } = await api.ask('POST', path, { body: { contacts: chats(3), perMinute: 60, variables: { plan: 'gold' } } });
  expect(status).toBe(201);
  expect(body).toMatchObject({ status: 'running', perMinute: 60, force: false, contacts: { total: 3, waiting: 3, ordered: 0 } });
  expect((await api.ask('GET', `${path}/${body.bulkStartId}`)).body).toEqual(body);
});

test('contacts are shown in the order of the list, page by page, and by what became of them', async () => {
  const contacts = chats(5);
  const { bulkStartId } = await create({ contacts });
  const first = await api.ask('GET', `${path}/${bulkStartId}/contact?limit=3`);
  const [, next = ''] = /<(.+)>/.exec(String(first.headers['link'])) ?? [];
  const second = await api.ask('GET', next);
  expect([...first.body, ...second.body].map(({ keyRemoteJid }) => keyRemoteJid)).toEqual(contacts.map(({ keyRemoteJid }) => keyRemoteJid));
  expect(second.headers['link']).toBeUndefined();
  expect(first.body[0]).toEqual({ place: 1, keyRemoteJid: contacts[0]?.keyRemoteJid, outcome: 'waiting', reason: null, sessionId: null });
  expect((await api.ask('GET', `${path}/${bulkStartId}/contact?outcome=started`)).body).toEqual([]);
});

test('a list is held, goes on, and ends for good', async () => {
  const { bulkStartId } = await create({ contacts: chats(1) });
  const change = async (action: string) => api.ask('PATCH', `${path}/${bulkStartId}`, { body: { action } });
  expect((await change('pause')).body.status).toBe('paused');
  expect((await change('resume')).body.status).toBe('running');
  expect((await change('cancel')).body.status).toBe('cancelled');
  const over = await change('resume');
  expect([over.status, over.body.code]).toEqual([409, 'BULK_START_OVER']);
});

test('lists are shown newest first', async () => {
  const older = await create({ contacts: chats(1) });
  const newer = await create({ contacts: chats(1) });
  const ids = (await api.ask('GET', `${path}?limit=2`)).body.map(({ bulkStartId }: { bulkStartId: string }) => bulkStartId);
  expect(ids).toEqual([newer.bulkStartId, older.bulkStartId]);
});

test('a list of an integration that is switched off waits, and goes on when it is switched on', async () => {
  const other = await createTenant(api, 'switched');
  const { bulkStartId } = (await api.ask('POST', `${other.integration}/bulk-start`, { body: { contacts: chats(1) } })).body;
  const progress = async () => (await api.ask('GET', `${other.integration}/bulk-start/${bulkStartId}`)).body.contacts;
  await api.ask('PUT', other.integration, { body: { enabled: false } });
  await orderDueStarts(api.database.sql, 1_000);
  expect(await progress()).toMatchObject({ waiting: 1, ordered: 0 });
  await api.ask('PUT', other.integration, { body: { enabled: true } });
  await orderDueStarts(api.database.sql, 1_000);
  expect(await progress()).toMatchObject({ waiting: 0, ordered: 1 });
});

const one = { keyRemoteJid: '5531988887777@s.whatsapp.net' };
test.each([
  [{}, '`contacts` is required'],
  [{ contacts: [] }, /^`contacts` must be .*at least 1/],
  [{ contacts: [{ keyRemoteJid: '123' }] }, /^`contacts\.0\.keyRemoteJid` must be the WhatsApp address/],
  [{ contacts: [one, { keyRemoteJid: '5531988887777@c.us' }] }, /^`contacts\.1\.keyRemoteJid` must be another contact than `contacts\.0`/],
  [{ contacts: [one], perMinute: 0 }, /^`perMinute` must be /],
  [{ contacts: [one], perMinute: 3_001 }, /^`perMinute` must be /],
  [{ contacts: [{ ...one, name: 'x' }] }, /^`contacts\.0\.name` is not a known field/],
])('%j is refused', async (body, sentence) => {
  const answer = await api.ask('POST', path, { body });
  expect([answer.status, answer.body.message]).toEqual([400, [expect.stringMatching(sentence)]]);
});

test('a list of another instance is not there', async () => {
  const { bulkStartId } = await create({ contacts: chats(1) });
  const other = await createTenant(api, 'stranger');
  for (const place of [bulkStartId, `${bulkStartId}/contact`, 'none']) {
    const answer = await api.ask('GET', `${other.integration}/bulk-start/${place}`);
    expect([answer.status, answer.body.code]).toEqual([404, 'BULK_START_NOT_FOUND']);
  }
});

test('an instance without a bot starts none', async () => {
  const answer = await api.ask('POST', '/api/v2/instance/nobody/typebot-integration/bulk-start', { body: { contacts: chats(1) } });
  expect([answer.status, answer.body.code]).toEqual([404, 'INTEGRATION_NOT_FOUND']);
});
