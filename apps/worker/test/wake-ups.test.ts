import { type FakeTypebot, inboundText, startFakeTypebot, waitUntil } from '@typelane/testkit';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { ChildWorker } from './child-worker.ts';
import { createGate, type Gate } from './gate.ts';
import { type Pipeline, type PipelineOptions, startPipeline } from './harness.ts';
import { arrivalsOf, echoBot } from './order/echo-bot.ts';
import { faultsOf, type Published } from './order/history.ts';

/** The queue only carries wake-ups: wake-ups, leases and published replies may be lost, and the tables restore everything. */
let typebot: FakeTypebot;
let gate: Gate;
let pipeline: Pipeline;
/** Concurrent turns of one worker where several share the chats. */
const concurrency = 10;

beforeEach(async () => {
  typebot = await startFakeTypebot({ bots: { echo: echoBot }, latencyMs: 30 });
  gate = await createGate(typebot.url);
});

afterEach(async () => {
  await pipeline.close();
  await gate.close();
  await typebot.close();
});

test('kill -9 of one of three workers in the middle of 60 chats loses and reorders nothing', { timeout: 180_000 }, async () => {
  await start({ workers: 0, concurrency, timeoutMs: 5_000 });
  const victim = await spawnDoorkeeper();
  await Promise.all([pipeline.spawnWorker(), pipeline.spawnWorker()]);
  const { instanceId, events } = await conversations(60, 10);
  await publishAll(events);
  await waitUntil(() => typebot.heard.length > 200, { what: 'the middle', timeoutMs: 60_000, everyMs: 1 });
  await amidCalls(instanceId, 2, () => victim.kill());
  const underWay = await callsOnRecord(instanceId);
  const outcomes = await pipeline.tables.handled(instanceId, events.length, 60_000);
  await pipeline.tables.acknowledged(instanceId);

  expect(faults(instanceId, events, outcomes, 60)).toEqual([]);
  expect(typebot.violations).toEqual([]);
  // Only the calls of the killed worker.
  const uncertain = outcomes.filter(({ final }) => final === 'uncertain').map(({ jid, seq }) => `${jid} ${seq}`);
  expect(uncertain).not.toEqual([]);
  expect(underWay).toEqual(expect.arrayContaining(uncertain));
});

test('a worker that was frozen during its calls changes nothing when it continues', { timeout: 60_000 }, async () => {
  await start({ workers: 0, concurrency, timeoutMs: 5_000 });
  const frozen = await spawnDoorkeeper();
  await pipeline.spawnWorker();
  const { instanceId, events } = await conversations(20, 4);
  await publishAll(events);
  await waitUntil(() => typebot.heard.length > 20, { what: 'the middle', everyMs: 1 });
  await amidCalls(instanceId, 1, () => frozen.freeze());
  const outcomes = await pipeline.tables.handled(instanceId, events.length, 40_000);
  await pipeline.tables.acknowledged(instanceId);
  const heard = typebot.heard.length;
  frozen.thaw();
  expect(await frozen.stop()).toBe(0);

  expect(outcomes.filter(({ final }) => final === 'uncertain')).not.toEqual([]);
  expect(typebot.heard).toHaveLength(heard);
  expect(await pipeline.tables.outcomes(instanceId)).toEqual(outcomes);
  expect(faults(instanceId, events, outcomes, 20)).toEqual([]);
  expect(typebot.violations).toEqual([]);
});

test('a worker killed while it ingests events leaves them on the queue for the next one', { timeout: 60_000 }, async () => {
  await start({ workers: 0 });
  const victim = await spawnDoorkeeper();
  const { instanceId, events } = await conversations(3, 2);
  await pipeline.database.sql.begin(async (transaction) => {
    await transaction`lock table inbox`;
    await publishAll(events);
    await waitUntil(isWaitingForLock, { what: 'the worker to wait for the inbox' });
    await victim.kill();
  });
  await pipeline.startWorker();
  const outcomes = await pipeline.tables.handled(instanceId, events.length, 20_000);
  await pipeline.tables.acknowledged(instanceId);
  expect(faults(instanceId, events, outcomes, 0)).toEqual([]);
  expect(typebot.violations).toEqual([]);
});

test('conversations whose wake-ups were lost are found by the sweep', { timeout: 90_000 }, async () => {
  await start({ workers: 0 });
  // Two turns at once, and a process acquires up to 64 conversations from the wake-ups at a time: the others have to wait.
  await pipeline.startWorker({ WORKER_CONCURRENCY: 2 });
  const { instanceId, events } = await conversations(120, 1);
  await publishAll(events);
  await waitUntil(() => pipeline.tables.outcomes(instanceId).then((rows) => rows.length === events.length), {
    what: 'all events in their inboxes',
  });
  expect(await pipeline.redis.llen(`${pipeline.prefix}:converse:wait`)).toBeGreaterThan(0);
  await deleteKeys('converse:*');
  const outcomes = await pipeline.tables.handled(instanceId, events.length, 60_000);
  expect(outcomes.map(({ final }) => final)).toEqual(events.map(() => 'answered'));
  expect(pipeline.logs.filter(({ msg, woken }) => msg === 'sweep.done' && Number(woken) > 0)).not.toEqual([]);
});

test('replies that Redis forgot are published again under the same job ids', { timeout: 30_000 }, async () => {
  await start({ consumes: false });
  const { instanceId, events } = await conversations(5, 2);
  await publishAll(events);
  await pipeline.tables.handled(instanceId, events.length);
  const published = await jobIds();
  // The first reply of each chat; the second waits for its acknowledgement.
  expect(published).toHaveLength(5);
  await deleteKeys('outbound:*');
  expect(await waitUntil(async () => (await jobIds()).length === 5 && jobIds(), { what: 'the replies to be published again' })).toEqual(
    published,
  );

  const { deliveries } = pipeline.consumer;
  pipeline.consumer.start();
  await waitUntil(() => deliveries.length >= 10, { what: 'all replies' });
  await pipeline.tables.acknowledged(instanceId);
  expect(deliveries).toHaveLength(10);
  expect(faults(instanceId, events, await pipeline.tables.outcomes(instanceId), 0)).toEqual([]);
});

test('a reply that was sent while no worker ran is acknowledged by the next one', { timeout: 30_000 }, async () => {
  await start({ workers: 0, consumes: false });
  const worker = await pipeline.startWorker();
  const { instanceId, events } = await conversations(1, 2);
  await publishAll(events);
  await pipeline.tables.handled(instanceId, 2);
  await worker.stop();
  pipeline.consumer.start();
  await waitUntil(() => pipeline.consumer.deliveries.length === 1, { what: 'the first reply' });
  await pipeline.startWorker();
  await pipeline.tables.acknowledged(instanceId);
  expect(pipeline.consumer.deliveries).toHaveLength(2);
  expect(faults(instanceId, events, await pipeline.tables.outcomes(instanceId), 0)).toEqual([]);
});

async function start(options: Partial<PipelineOptions>): Promise<void> {
  pipeline = await startPipeline({ typebots: [gate.url], ...options });
}

/** The worker that ingests events and starts with their chats itself. */
async function spawnDoorkeeper(): Promise<ChildWorker> {
  const worker = await pipeline.spawnWorker();
  await waitUntil(() => pipeline.redis.exists(`${pipeline.prefix}:inbound:typelane-inbound`), {
    what: 'a worker that reads the inbound queue',
  });
  return worker;
}

/** Kills or freezes a worker when more calls wait for answers than the other workers can have in flight, so that it has some itself. */
async function amidCalls(instanceId: string, others: number, strike: () => Promise<void> | void): Promise<void> {
  gate.holdAnswers();
  await waitUntil(async () => (await callsOnRecord(instanceId)).length > others * concurrency, {
    what: 'calls of all workers',
    everyMs: 1,
  });
  await strike();
  gate.releaseAnswers();
}

/** `messages` messages of each of `chats` chats, in the order in which they arrive when all write at once. */
async function conversations(chats: number, messages: number): Promise<{ instanceId: string; events: Published[] }> {
  const instanceId = await pipeline.register({ url: gate.url, publicId: 'echo' });
  const events = Array.from({ length: chats * messages }, (_, index): Published => {
    const jid = `55319${String(index % chats).padStart(8, '0')}@s.whatsapp.net`;
    return { event: inboundText({ instanceId, jid, keyId: `key-${index}`, text: `${instanceId}/${index}` }), ends: 'answered' };
  });
  return { instanceId, events };
}

async function publishAll(events: Published[]): Promise<void> {
  await pipeline.inbound.addBulk(events.map(({ event }) => ({ name: 'message', data: event })));
}

function faults(
  instanceId: string,
  published: Published[],
  outcomes: Awaited<ReturnType<Pipeline['tables']['outcomes']>>,
  uncertainMax: number,
): string[] {
  const replies = pipeline.consumer.deliveries.map(({ reply }) => reply);
  return [
    ...faultsOf({ instanceId, published, arrivals: arrivalsOf(typebot.heard), outcomes, replies, uncertainMax }),
    ...pipeline.consumer.breaches,
  ];
}

/** `<chat> <seq>` of every call that a worker has on record now. */
async function callsOnRecord(instanceId: string): Promise<string[]> {
  const rows = await pipeline.database.sql<{ jid: string; seq: number }[]>`
    select jid, handled_seq + 1 as seq from conversations where instance_id = ${instanceId} and state ->> 'status' = 'calling'`;
  return rows.map(({ jid, seq }) => `${jid} ${seq}`);
}

async function isWaitingForLock(): Promise<boolean> {
  const rows = await pipeline.database.sql`
    select from pg_stat_activity where datname = current_database() and application_name = 'typelane-worker' and wait_event_type = 'Lock'`;
  return rows.length > 0;
}

async function jobIds(): Promise<string[]> {
  return (await pipeline.outbound.getJobs(['waiting'])).map(({ id }) => String(id)).toSorted();
}

async function deleteKeys(pattern: string): Promise<void> {
  const keys = await pipeline.redis.keys(`${pipeline.prefix}:${pattern}`);
  await pipeline.redis.del(...keys);
}
