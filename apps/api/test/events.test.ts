import { createPublisher } from '@typelane/client';
import { createQueue } from '@typelane/runtime';
import { inboundText } from '@typelane/testkit';
import { afterAll, expect, test } from 'vitest';
import { startTestApi } from './support/api.ts';
import { createTenant } from './support/tenants.ts';

const api = await startTestApi();
const tenant = await createTenant(api, 'events');
const inbound = createQueue('inbound', api.context.redis, api.context.converse.opts.prefix ?? '');
afterAll(async () => {
  await inbound.obliterate({ force: true });
  await inbound.close();
  await api.stop();
});

const path = `/api/v2/instance/${encodeURIComponent(tenant.instanceId)}/events`;
const jid = '5531999999999@s.whatsapp.net';
const said = (text: string, instanceId = tenant.instanceId) => inboundText({ instanceId, jid, text });

async function published(jobIds: string[]): Promise<unknown[]> {
  return Promise.all(jobIds.map(async (id) => (await inbound.getJob(id))?.data));
}

test('an event is put on the inbound queue as it came, fields we do not know included', async () => {
  const event = { ...said('hi'), extra: { deep: [1] } };
  const { status, body } = await api.ask('POST', path, { token: tenant.tokens.instance, body: event });
  expect(status).toBe(202);
  expect(body.keyIds).toEqual([event.data.keyId]);
  expect(await published(body.jobIds)).toEqual([event]);
});

test('a list of events keeps its order', async () => {
  const events = Array.from({ length: 500 }, (_, n) => said(String(n)));
  const { status, body } = await api.ask('POST', path, { body: events });
  expect(status).toBe(202);
  expect(body.keyIds).toEqual(events.map(({ data }) => data.keyId));
  expect((await published(body.jobIds)).flat()).toEqual(events);
});

test('an event that is known already is taken again', async () => {
  const event = said('hi');
  const both = [await api.ask('POST', path, { body: event }), await api.ask('POST', path, { body: event })];
  expect(both.map(({ status }) => status)).toEqual([202, 202]);
  expect(both[0]?.body).toEqual(both[1]?.body);
});

test('texts are passed on that PostgreSQL could not store: the worker knows how', async () => {
  const event = said('a\u0000b \ud800');
  const { status, body } = await api.ask('POST', path, { body: event });
  expect(status).toBe(202);
  expect(await published(body.jobIds)).toEqual([event]);
});

function nested(levels: number): unknown {
  let value: unknown = 'leaf';
  for (let level = 0; level < levels; level += 1) value = { in: value };
  return value;
}

test.each<[string, () => unknown, RegExp]>([
  ['an event of another instance', () => said('hi', 'other'), /^`instance.instanceId` must be the instance of the path$/],
  [
    'a list with one of another instance',
    () => [said('hi'), said('hi', 'other')],
    /^`1.instance.instanceId` must be the instance of the path/,
  ],
  ['an event without keyId', () => ({ ...said('hi'), data: { ...said('hi').data, keyId: undefined } }), /keyId/],
  ['an empty list', () => [], /a list of 0/],
  [
    '501 events',
    () =>
      Array.from({ length: 501 }, () => ({
        event: 'x',
        instance: { instanceId: tenant.instanceId },
        data: { keyId: 'k', keyRemoteJid: jid, contentType: 'text', content: {} },
      })),
    /a list of 501/,
  ],
  ['no event', () => 'hi', /got "hi"/],
  ['a text over 64 KiB', () => said('x'.repeat(65_537)), /65536 bytes/],
  ['33 levels of nesting', () => ({ ...said('hi'), deep: nested(32) }), /at most 32 levels/],
  ['4,000 levels of nesting', () => ({ ...said('hi'), deep: nested(4_000) }), /at most 33 levels/],
])('%s is refused, and nothing is published', async (_what, body, sentence) => {
  const before = await inbound.count();
  const answer = await api.ask('POST', path, { body: body() });
  expect(answer.status).toBe(400);
  expect(answer.body.code).toBe('INVALID_REQUEST');
  expect(answer.body.message.join('\n')).toMatch(sentence);
  expect(await inbound.count()).toBe(before);
});

test('a body over 512 KiB is a 413', async () => {
  const { status, body } = await api.ask('POST', path, { body: { ...said('hi'), thumbnail: 'x'.repeat(512 * 1_024) } });
  expect(status).toBe(413);
  expect(body.code).toBe('BODY_TOO_LARGE');
});

test('events of an instance that is not registered are refused', async () => {
  const answer = await api.ask('POST', '/api/v2/instance/nobody/events', { body: said('hi', 'nobody') });
  expect(answer).toMatchObject({ status: 404, body: { code: 'INSTANCE_NOT_FOUND' } });
});

test('while Redis is away the producer is told to come again', async () => {
  const away = createPublisher({ connection: 'redis://127.0.0.1:1', timeoutMs: 200 });
  const other = await startTestApi({ inbound: away });
  try {
    const { instanceId } = await createTenant(other, 'away');
    const { status, body, headers } = await other.ask('POST', `/api/v2/instance/${encodeURIComponent(instanceId)}/events`, {
      body: said('hi', instanceId),
    });
    expect(status).toBe(503);
    expect(body).toMatchObject({ code: 'QUEUE_UNAVAILABLE', error: 'Service Unavailable' });
    expect(Number(headers['retry-after'])).toBeGreaterThan(0);
  } finally {
    await other.stop();
    await away.close();
  }
});
