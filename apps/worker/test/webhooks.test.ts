import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { changeWebhook, claimDeliveries, createDeliveries, orderPing, removeWebhook, type WebhookRecord } from '@typelane/db';
import type { SessionEventType } from '@typelane/core';
import { waitUntil } from '@typelane/testkit';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import type { SessionEventLimits } from '../src/session-events/limits.ts';
import { type Pipeline, startPipeline } from './harness.ts';
import { type Receiver, startReceiver } from './receiver.ts';
import { addWebhook, deliveriesOf, webhookNow } from './webhooks.ts';

/** The outcome of a delivery for everything a receiver can do. */
let pipeline: Pipeline;
let receiver: Receiver;
let instanceId: string;
/** Milliseconds instead of hours. */
const times: Partial<SessionEventLimits> = {
  pollMs: 20,
  timeoutMs: 300,
  claimMs: 1_000,
  retryDelaysMs: [40, 40, 40],
  failingMaxMs: 60_000,
};

beforeAll(async () => {
  receiver = await startReceiver();
  pipeline = await startPipeline({ typebots: [receiver.url], workers: 0, sessionEventLimits: times });
});

beforeEach(async () => {
  instanceId = await pipeline.register({ url: receiver.url, publicId: 'none' });
});

afterEach(async () => {
  await pipeline.database.sql`delete from webhooks`;
  receiver.answer(() => ({ status: 204 }));
});

afterAll(async () => {
  await pipeline.close();
  await receiver.close();
});

test('a delivery carries the headers of Standard Webhooks and a valid signature', async () => {
  await atWork();
  await webhook('/signed');
  const sessionEventId = await announce();
  const { headers, body, text } = await arrived('/signed');
  expect(headers).toMatchObject({
    'webhook-id': sessionEventId,
    'webhook-timestamp': expect.stringMatching(/^\d{10}$/),
    'webhook-signature': expect.stringMatching(/^v1,[A-Za-z0-9+/]{43}=$/),
    'content-type': 'application/json',
    'user-agent': 'typelane',
  });
  expect(body).toMatchObject({ schemaVersion: 1, type: 'session.opened', data: { sessionEventId: sessionEventId, instanceId } });
  expect(text).toBe(JSON.stringify(body));
});

test('a receiver that fails gets the same delivery again, with the same id and a new signature, until it accepts it', async () => {
  await atWork();
  const hook = await webhook('/flaky');
  receiver.answer((_request, attempt) => ({ status: attempt < 3 ? 500 : 200 }));
  const sessionEventId = await announce();
  const delivery = await settled(hook);
  expect(delivery).toMatchObject({ sessionEventId: sessionEventId, attempts: 3, failure: null, nextAt: null });
  expect(receiver.bodies('/flaky').map(({ data }) => data.sessionEventId)).toEqual([sessionEventId, sessionEventId, sessionEventId]);
  expect((await webhookNow(pipeline, hook)).failingSince).toBeNull();
});

test.each<[what: string, answer: Parameters<Receiver['answer']>[0], failure: string]>([
  ['says no', () => ({ status: 500 }), 'http_500'],
  ['redirects', () => ({ status: 307, headers: { location: `${receiver.url}/elsewhere` } }), 'http_307'],
  ['does not answer', () => 'silence', 'timeout'],
])(
  'a delivery to a receiver that %s is attempted as often as the schedule says and then recorded as failed',
  async (_what, answer, failure) => {
    await atWork();
    const hook = await webhook(`/${failure}`);
    receiver.answer(answer);
    await announce();
    expect(await settled(hook)).toMatchObject({ attempts: 4, failure, deliveredAt: null });
    expect(receiver.bodies(`/${failure}`)).toHaveLength(4);
    expect(receiver.bodies('/elsewhere')).toEqual([]);
    expect((await webhookNow(pipeline, hook)).failingSince).not.toBeNull();
  },
);

test('a receiver that answers with success and never ends its body has accepted the delivery', async () => {
  const endless = createServer((_request, response) => {
    response.writeHead(200);
    const timer = setInterval(() => response.write('x'.repeat(4_096)), 5);
    response.once('close', () => clearInterval(timer));
  });
  await new Promise<void>((resolve) => endless.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(endless.address() as AddressInfo).port}`;
  await atWork({}, [new URL(url).host]);
  const hook = await webhook('/endless', { url });
  await announce();
  expect(await settled(hook)).toMatchObject({ attempts: 1, failure: null, deliveredAt: expect.any(Date) });
  await waitUntil(() => new Promise((resolve) => endless.getConnections((_error, count) => resolve(count === 0))), {
    what: 'the connection to be cut',
  });
  endless.close();
});

test('Retry-After of a receiver decides the time of the next attempt', async () => {
  await atWork();
  const hook = await webhook('/later');
  receiver.answer((_request, attempt) => (attempt === 1 ? { status: 503, headers: { 'retry-after': '1' } } : { status: 200 }));
  await announce();
  await arrived('/later');
  const firstAt = performance.now();
  await settled(hook);
  // Due attempts are searched every 20 ms; the second that the receiver asked for starts when it has answered.
  expect(performance.now() - firstAt).toBeGreaterThan(900);
});

test('a webhook that answers 410 is switched off at once, and its waiting deliveries are given up', async () => {
  await atWork({ retryDelaysMs: [60_000] });
  const hook = await webhook('/gone');
  receiver.answer(() => ({ status: 500 }));
  await announce();
  await waitUntil(async () => (await deliveriesOf(pipeline, hook))[0]?.failure === 'http_500', { what: 'the first failure' });
  receiver.answer(() => ({ status: 410 }));
  await announce();
  await waitUntil(async () => !(await webhookNow(pipeline, hook)).enabled, { what: 'the end of the webhook' });
  expect((await webhookNow(pipeline, hook)).disabledReason).toBe('gone');
  const waiting = async () => (await deliveriesOf(pipeline, hook)).filter(({ nextAt }) => nextAt !== null).length;
  expect(await waiting()).toBe(0);
  await announce();
  await untilHanded();
  expect(await deliveriesOf(pipeline, hook)).toHaveLength(2);
});

test('a webhook that fails for too long is switched off, and starts with a clean record when it is switched on again', async () => {
  await atWork({ failingMaxMs: 60, retryDelaysMs: Array.from({ length: 20 }, () => 30) });
  const hook = await webhook('/failing');
  receiver.answer(() => ({ status: 500 }));
  await announce();
  await waitUntil(async () => (await webhookNow(pipeline, hook)).disabledReason === 'failing', { what: 'the end of the webhook' });
  expect((await settled(hook)).deliveredAt).toBeNull();
  receiver.answer(() => ({ status: 200 }));
  const again = await changeWebhook(pipeline.database, { scope: 'admin' }, hook, { enabled: true });
  expect(again).toMatchObject({ enabled: true, failingSince: null, disabledReason: null });
  expect((await settled(hook, await announce())).deliveredAt).not.toBeNull();
});

test('one success resets the time for which a webhook has failed', async () => {
  await atWork({ failingMaxMs: 500 });
  const hook = await webhook('/moody');
  receiver.answer((_request, attempt) => ({ status: attempt === 1 ? 500 : 200 }));
  const begunAt = performance.now();
  // Fails once in each round, over a period longer than a webhook may fail.
  while (performance.now() - begunAt < 1_000) {
    await settled(hook, await announce());
  }
  expect(await webhookNow(pipeline, hook)).toMatchObject({ enabled: true, failingSince: null });
});

test('a webhook receives only the types it asked for, and only of its own instance', async () => {
  await atWork();
  const other = await pipeline.register({ url: receiver.url, publicId: 'none', businessId: 'business-2' });
  const hook = await webhook('/some', { types: ['session.closed', 'message.dead'] });
  await announce('session.opened');
  await announce('session.closed', other);
  await announce('session.closed');
  await settled(hook);
  await untilHanded();
  expect(receiver.bodies('/some').map(({ type, data }) => [type, data['instanceId']])).toEqual([['session.closed', instanceId]]);
  expect(await deliveriesOf(pipeline, hook)).toHaveLength(1);
});

test.each([
  ['a private address', (port: string) => `http://127.0.0.1:${port}/`, 'not_public_address'],
  ['a private address in disguise', (port: string) => `http://0x7f.1:${port}/`, 'not_public_address'],
  ['a local name', (port: string) => `http://localhost:${port}/`, 'local_name'],
])('%s is not called, even when it was saved', async (_what, urlFor, failure) => {
  const canary = await startReceiver();
  await atWork({ retryDelaysMs: [] });
  const hook = await webhook('/canary', { url: urlFor(new URL(canary.url).port) });
  await announce();
  expect(await settled(hook)).toMatchObject({ attempts: 1, failure });
  expect(canary.received).toEqual([]);
  await canary.close();
});

test('a delivery whose process died during it is made by another process', async () => {
  const hook = await webhook('/orphan');
  const sessionEventId = await announce();
  const { sql } = pipeline.database;
  await createDeliveries(sql, 100);
  const claimed = await claimDeliveries(sql, { limit: 10, perWebhook: 4, underWay: new Map(), claimMs: 300 });
  expect(claimed).toMatchObject([{ sessionEventId: sessionEventId, attempt: 1 }]);
  expect(await claimDeliveries(sql, { limit: 10, perWebhook: 4, underWay: new Map(), claimMs: 300 })).toEqual([]);
  await atWork();
  expect(await settled(hook)).toMatchObject({ sessionEventId: sessionEventId, attempts: 2, failure: null });
});

test('several workers deliver each session event once when nothing fails', async () => {
  await atWork();
  await atWork();
  await atWork();
  const hook = await webhook('/many');
  await Promise.all(Array.from({ length: 100 }, () => announce()));
  await waitUntil(async () => (await deliveriesOf(pipeline, hook)).filter(({ deliveredAt }) => deliveredAt).length === 100, {
    what: 'all deliveries',
  });
  expect(receiver.bodies('/many')).toHaveLength(100);
});

test('a receiver that hangs delays no other receiver', async () => {
  await atWork({ timeoutMs: 2_000 });
  receiver.answer(({ path }) => (path === '/hangs' ? 'silence' : { status: 200 }));
  await webhook('/hangs');
  for (let count = 0; count < 200; count += 1) await announce();
  await waitUntil(() => receiver.received.filter(({ path }) => path === '/hangs').length === 4, { what: 'the slow receiver to be busy' });
  const quick = await webhook('/quick');
  await announce();
  await settled(quick);
  expect(receiver.received.filter(({ path }) => path === '/hangs')).toHaveLength(4);
});

test('a ping is delivered once, to the webhook it was requested for, even when that webhook is off', async () => {
  await atWork();
  const [hook, other] = [await webhook('/ping', { enabled: false }), await webhook('/other')];
  await orderPing(pipeline.database, hook);
  expect(await settled(hook)).toMatchObject({ type: 'ping', attempts: 1, failure: null });
  expect(receiver.bodies('/ping')).toMatchObject([
    { type: 'ping', data: { instanceId, businessId: 'business-1', webhookId: hook.webhookId } },
  ]);
  receiver.answer(() => ({ status: 500 }));
  await orderPing(pipeline.database, other);
  expect(await settled(other)).toMatchObject({ type: 'ping', attempts: 1, failure: 'http_500' });
  expect(await webhookNow(pipeline, other)).toMatchObject({ enabled: true, failingSince: null });
});

test('waiting deliveries are deleted with their webhook', async () => {
  await atWork({ retryDelaysMs: [60_000] });
  const hook = await webhook('/removed');
  receiver.answer(() => ({ status: 500 }));
  await announce();
  await arrived('/removed');
  await removeWebhook(pipeline.database, { scope: 'admin' }, hook);
  expect(await pipeline.database.sql`select from webhook_deliveries`).toHaveLength(0);
});

test('a secret sealed with another key is recorded as a failure, and nothing is sent unsigned', async () => {
  await atWork({ retryDelaysMs: [] });
  const hook = await webhook('/sealed');
  await pipeline.database.sql`update webhooks set secret = 'v1.AAAA' where webhook_id = ${hook.webhookId}`;
  await announce();
  expect(await settled(hook)).toMatchObject({ failure: 'secret_unreadable' });
  expect(receiver.received.filter(({ path }) => path === '/sealed')).toEqual([]);
});

let running: { stop(): Promise<void> }[] = [];
afterEach(async () => {
  await Promise.all(running.map((worker) => worker.stop()));
  running = [];
});

async function atWork(change: Partial<SessionEventLimits> = {}, alsoAllowed: string[] = []): Promise<void> {
  const EGRESS_ALLOW = [...pipeline.env.EGRESS_ALLOW, ...alsoAllowed];
  running.push(await pipeline.startWorker({ sessionEventLimits: { ...times, ...change }, EGRESS_ALLOW }));
}

function webhook(path: string, wanted: { types?: SessionEventType[]; enabled?: boolean; url?: string } = {}): Promise<WebhookRecord> {
  return addWebhook(pipeline, receiver, { instanceId, path, ...wanted });
}

/** Inserts a session event as a step does. */
async function announce(type: SessionEventType = 'session.opened', of = instanceId): Promise<string> {
  const [row] = await pipeline.database.sql<{ id: string }[]>`
    insert into session_events (session_event_id, instance_id, type, data)
    values (gen_random_uuid(), ${of}, ${type}, jsonb_build_object('instanceId', ${of}::text)) returning session_event_id as id`;
  return row?.id ?? '';
}

function arrived(path: string) {
  return waitUntil(() => receiver.received.find((each) => each.path === path), { what: `a request to ${path}` });
}

async function untilHanded(): Promise<void> {
  const look = () => pipeline.database.sql`select from session_events where published_at is null`;
  await waitUntil(async () => (await look()).length === 0, { what: 'everything to be handed on' });
}

/** One delivery, by default the webhook's only one, once no attempt is left. */
function settled(hook: WebhookRecord, sessionEventId?: string) {
  return waitUntil(
    async () => {
      const all = await deliveriesOf(pipeline, hook);
      const one = all.find((each) => sessionEventId === undefined || each.sessionEventId === sessionEventId);
      return one?.nextAt === null && one;
    },
    { what: 'the end of the delivery' },
  );
}
