import { type SessionEvent, sessionEventSchema, sessionEventTypes } from '@typelane/core';
import { type FakeTypebot, type Mood, startFakeTypebot, waitUntil } from '@typelane/testkit';
import { type Job, Queue, Worker } from 'bullmq';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Pipeline, type PipelineOptions, startPipeline } from './harness.ts';
import { echoBot } from './order/echo-bot.ts';
import { type Receiver, startReceiver } from './receiver.ts';
import { addWebhook } from './webhooks.ts';

/** Session events: each one on the queue, in order, and at every webhook that asked for its type. */
let typebot: FakeTypebot;
let receiver: Receiver;
let pipeline: Pipeline;
let queue: { told: SessionEvent[]; close(): Promise<void> } | null = null;

const jid = '5531999990000@s.whatsapp.net';
const hasty = { pollMs: 50 };

beforeEach(async () => {
  typebot = await startFakeTypebot({ bots: { echo: echoBot } });
  receiver = await startReceiver();
});

afterEach(async () => {
  await queue?.close();
  queue = null;
  await pipeline.close();
  await receiver.close();
  await typebot.close();
});

test('everything that happens to a chat is reported once, in order, to its tenant only', { timeout: 40_000 }, async () => {
  await start();
  const [mine, theirs] = [await register('business-1'), await register('business-2')];
  await addWebhook(pipeline, receiver, { instanceId: mine, path: '/mine' });
  await addWebhook(pipeline, receiver, { instanceId: theirs, path: '/theirs' });
  queue = consumeEvents();
  await liveThrough(mine);

  const expected = [
    'session.opened: null',
    'session.paused: operator',
    'session.resumed: null',
    'turn.uncertain: timeout',
    'message.dead: http_403',
    'session.closed: operator',
    'session.paused: human',
    'message.dead: invalid_jid',
  ];
  await waitUntil(() => (queue?.told.length ?? 0) >= expected.length, { what: 'all events on the queue' });
  await waitUntil(() => receiver.bodies('/mine').length >= expected.length, { what: 'all deliveries' });
  expect(queue.told.map(named)).toEqual(expected);
  expect(receiver.bodies('/mine').map(named).toSorted()).toEqual(expected.toSorted());
  expect(receiver.bodies('/theirs')).toEqual([]);
  expect(new Set(queue.told.map(({ type }) => type))).toEqual(new Set(sessionEventTypes));
  // Queue and webhook carry identical fields.
  const byId = (a: { data: { sessionEventId: string } }, b: typeof a) => a.data.sessionEventId.localeCompare(b.data.sessionEventId);
  expect(receiver.bodies('/mine').toSorted(byId)).toEqual(queue.told.toSorted(byId));
  for (const { data } of queue.told) expect(data).toMatchObject({ instanceId: mine, businessId: 'business-1' });
  expect(queue.told.slice(0, 7).map(({ data }) => data.keyRemoteJid)).toEqual(Array.from({ length: 7 }, () => jid));
  expect(queue.told.filter(({ type }) => type.startsWith('session.')).map(({ data }) => data.sessionId)).toEqual(
    (await pipeline.tables.sessions(mine)).flatMap(({ sessionId }, index) => Array.from({ length: [4, 1][index] ?? 0 }, () => sessionId)),
  );
});

test('no session event contains the words of a contact', { timeout: 40_000 }, async () => {
  await start();
  const instanceId = await register();
  await addWebhook(pipeline, receiver, { instanceId, path: '/' });
  await liveThrough(instanceId);
  await waitUntil(() => receiver.bodies().length >= 8, { what: 'all deliveries' });
  for (const { text } of receiver.received) expect(text).not.toMatch(/secret|Ana|heard/);
  for (const body of receiver.bodies()) sessionEventSchema.parse(body);
});

test('a session event of a message carries its WhatsApp id, and one of a command carries none', { timeout: 40_000 }, async () => {
  await start();
  const instanceId = await register();
  queue = consumeEvents();
  await liveThrough(instanceId);
  await waitUntil(() => (queue?.told.length ?? 0) >= 8, { what: 'all events on the queue' });
  const outcomes = await pipeline.tables.outcomes(instanceId);
  const keyIdOf = (final: string) => outcomes.find((outcome) => outcome.final === final)?.keyId;
  const told = (type: string) => queue?.told.find((each) => each.type === type)?.data;
  const [doubt] = await pipeline.database.sql`select conversation_id || '.' || seq as "turnId" from turns where final = 'uncertain'`;
  expect(told('turn.uncertain')).toMatchObject({ ...doubt, keyId: keyIdOf('uncertain'), sessionId: expect.any(String) });
  const letterOf = async (source: string) =>
    (await pipeline.database.sql`select dead_letter_id as "deadLetterId" from dead_letters where source = ${source}`)[0];
  expect(told('message.dead')).toMatchObject({ keyId: keyIdOf('dead'), ...(await letterOf('conversation')) });
  expect(queue.told.at(-1)?.data).toMatchObject({ keyId: null, keyRemoteJid: null, ...(await letterOf('inbound')) });
});

test('events committed by a worker that died before publishing them are published by the next one', { timeout: 60_000 }, async () => {
  await start({ workers: 0 });
  const instanceId = await register();
  await addWebhook(pipeline, receiver, { instanceId, path: '/' });
  // As if another worker were publishing.
  const lease = `${pipeline.prefix}:events:typelane-event-relay`;
  await pipeline.redis.set(lease, 'somebody', 'PX', 60_000);
  const victim = await pipeline.spawnWorker();
  const chats = Array.from({ length: 20 }, (_, index) => `55319${String(index).padStart(8, '0')}@s.whatsapp.net`);
  for (const chat of chats) await pipeline.say({ instanceId, jid: chat }, 'hello');
  await pipeline.tables.handled(instanceId, chats.length);
  await victim.kill();
  expect(receiver.received).toEqual([]);
  await pipeline.redis.del(lease);
  await pipeline.startWorker();
  queue = consumeEvents();
  await waitUntil(() => receiver.bodies().length >= chats.length && (queue?.told.length ?? 0) >= chats.length, {
    what: 'all that is told',
  });
  expect(receiver.bodies().map(({ data }) => data['keyRemoteJid'])).toEqual(expect.arrayContaining(chats));
  expect(queue.told.map(named)).toEqual(chats.map(() => 'session.opened: null'));
});

test('kill -9 of a worker while it publishes session events loses none', { timeout: 60_000 }, async () => {
  await start({ workers: 0 });
  const instanceId = await register();
  await addWebhook(pipeline, receiver, { instanceId, path: '/' });
  queue = consumeEvents();
  const victim = await pipeline.spawnWorker();
  const chats = Array.from({ length: 100 }, (_, index) => `55319${String(index).padStart(8, '0')}@s.whatsapp.net`);
  for (const chat of chats) await pipeline.say({ instanceId, jid: chat }, 'hello');
  await waitUntil(() => receiver.received.length > 10, { what: 'the middle', everyMs: 1 });
  await victim.kill();
  // The claims of the killed worker would expire after a minute.
  await pipeline.database.sql`update webhook_deliveries set next_at = now() where next_at is not null`;
  await pipeline.startWorker();
  await pipeline.tables.handled(instanceId, chats.length, 40_000);
  const toldTo = (bodies: { type: string; data: object }[]) =>
    new Set(bodies.filter(({ type }) => type === 'session.opened').map(({ data }) => Reflect.get(data, 'keyRemoteJid')));
  // Starts in flight when it died are repeated, or end as uncertain without a session.
  const opened = await pipeline.tables.sessions(instanceId);
  await waitUntil(() => toldTo(receiver.bodies()).size === opened.length && toldTo(queue?.told ?? []).size === opened.length, {
    what: 'all that is told',
    timeoutMs: 30_000,
  });
  const ids = receiver.received.map(({ headers }) => headers['webhook-id']);
  const bodies = receiver.bodies().map((body) => JSON.stringify(body));
  expect(new Set(ids).size).toBe(new Set(bodies).size);
});

test('a queue that nobody consumes stays small, and a late consumer misses nothing', { timeout: 60_000 }, async () => {
  await start({ sessionEventLimits: { ...hasty, queuedMax: 1_000 } });
  const rows = 1_600;
  // So that the remaining capacity is not a whole number of batches.
  await crowd(1, 100);
  await waitUntil(async () => (await unqueuedRows()) === 0, { what: 'the first to be queued' });
  await crowd(101, rows);
  await waitUntil(() => pipeline.logs.some(({ msg }) => msg.startsWith('events.full')), {
    what: 'the queue to be full',
    timeoutMs: 20_000,
  });
  const events = new Queue('events', { connection: pipeline.redis, prefix: pipeline.prefix });
  expect(await events.getWaitingCount()).toBe(1_000);
  expect(await unqueuedRows()).toBe(rows - 1_000);
  queue = consumeEvents(1);
  await waitUntil(() => (queue?.told.length ?? 0) >= rows, { what: 'the whole backlog', timeoutMs: 40_000 });
  expect(queue.told.map(({ data }) => Number(data.keyRemoteJid))).toEqual(Array.from({ length: rows }, (_, index) => index + 1));
  await events.close();
});

test('session events older than 30 days are deleted with their deliveries', async () => {
  await start();
  const instanceId = await register();
  const { webhookId } = await addWebhook(pipeline, receiver, { instanceId, path: '/', enabled: false });
  const { sql } = pipeline.database;
  const [old] = await sql`
    insert into session_events (session_event_id, instance_id, type, data, created_at)
    select gen_random_uuid(), ${instanceId}, 'session.opened', '{}', now() - age from unnest(array['31 days', '29 days']::interval[]) age
    returning session_event_id`;
  await sql`insert into webhook_deliveries (session_event_id, webhook_id, next_at) values (${old?.['session_event_id']}, ${webhookId}, null)`;
  await waitUntil(async () => (await sql`select from session_events`).length === 1, { what: 'the old one to be gone' });
  expect(await sql`select from webhook_deliveries`).toHaveLength(0);
});

/** Session events numbered `from` to `to`. */
async function crowd(from: number, to: number): Promise<void> {
  await pipeline.database.sql`
    insert into session_events (session_event_id, instance_id, type, data)
    select gen_random_uuid(), 'crowded', 'session.opened', jsonb_build_object('instanceId', 'crowded', 'businessId', null, 'sessionId', gen_random_uuid(),
      'keyRemoteJid', n::text, 'keyParticipant', null, 'reason', null, 'typebotIntegrationId', null)
    from generate_series(${from}::int, ${to}::int) n`;
}

async function unqueuedRows(): Promise<number> {
  return (await pipeline.database.sql`select from session_events where queued_at is null`).length;
}

const named = ({ type, data: { reason } }: { type: string; data: { reason?: string | null } }): string => `${type}: ${reason ?? null}`;

async function start(options: Partial<PipelineOptions> = {}): Promise<void> {
  pipeline = await startPipeline({
    typebots: [typebot.url, receiver.url],
    timeoutMs: options.workers === 0 ? 1_000 : 400,
    quarantineMs: 100,
    sessionEventLimits: hasty,
    ...options,
  });
}

function register(businessId = 'business-1'): Promise<string> {
  return pipeline.register({ url: typebot.url, publicId: 'echo', businessId });
}

/** One chat in which every type of session event happens. */
async function liveThrough(instanceId: string): Promise<void> {
  const chat = { instanceId, jid };
  let events = 0;
  const ends = async () => pipeline.tables.handled(instanceId, (events += 1));
  const say = async (text: string, more = {}) => {
    await pipeline.say(chat, text, { pushName: 'Ana', ...more });
    await ends();
  };
  await say('secret hello');
  const sessionId = await liveSession(instanceId);
  const order = async (command: Parameters<Pipeline['command']>[1]) => {
    await (await pipeline.command(chat, command)).outcome();
    await ends();
  };
  await order({ type: 'pause', sessionId });
  await order({ type: 'pause', sessionId });
  await order({ type: 'open', sessionId, snapshot: { typebotIntegrationId: null, bot: null } });
  await say('secret answer');
  const forbidden: Mood = { type: 'answer', status: 403, body: '<html>secret</html>' };
  typebot.nextMood({ type: 'hang' }, { text: 'secret doubt' });
  typebot.nextMood(forbidden, { text: 'secret no' });
  await say('secret doubt');
  await say('secret no');
  await order({ type: 'close', sessionId, reason: 'operator' });
  await order({ type: 'close', sessionId, reason: 'operator' });
  await say('secret words of mine', { fromMe: true });
  await pipeline.say({ instanceId, jid: 'secret nobody' }, 'secret letter');
  await waitUntil(async () => (await pipeline.tables.deadLetters()).length > 0, { what: 'the dead letter' });
}

async function liveSession(instanceId: string): Promise<string> {
  return waitUntil(async () => (await pipeline.tables.sessions(instanceId)).find(({ status }) => status === 'open')?.sessionId, {
    what: 'a session',
  });
}

/** A consumer that knows only the contract. */
function consumeEvents(concurrency = 1): NonNullable<typeof queue> {
  const connection = pipeline.redis.duplicate();
  const told: SessionEvent[] = [];
  const take = async ({ name, data, id }: Job): Promise<void> => {
    const sessionEvent = sessionEventSchema.parse(data);
    expect([name, id]).toEqual(['event', sessionEvent.data.sessionEventId]);
    told.push(sessionEvent);
  };
  const worker = new Worker('events', take, { connection, prefix: pipeline.prefix, concurrency });
  worker.on('error', () => {});
  return {
    told,
    async close() {
      await worker.close();
      connection.disconnect();
    },
  };
}
