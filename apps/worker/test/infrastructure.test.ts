import { setTimeout as sleep } from 'node:timers/promises';
import { type FakeTypebot, startFakeTypebot, waitUntil } from '@typelane/testkit';
import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { freshPrefix, type Servers, startServers } from './chaos/servers.ts';
import type { ChildWorker } from './child-worker.ts';
import { type Pipeline, startPipeline } from './harness.ts';
import { createLoad } from './load.ts';
import { echoBot } from './order/echo-bot.ts';

/**
 * Faults of the servers while two workers are busy. The workers are the same from the first test to the last: they survive
 * all faults, and each time everything that was acknowledged is answered, once and in order.
 */
let servers: Servers;
let typebot: FakeTypebot;
let pipeline: Pipeline;
let workers: ChildWorker[];
/** An operator's own connection to Redis. */
let operator: Redis;

beforeAll(async () => {
  servers = await startServers();
  typebot = await startFakeTypebot({ bots: { echo: echoBot }, latencyMs: 20 });
  const { postgres, redis } = servers;
  pipeline = await startPipeline({
    typebots: [typebot.url],
    workers: 0,
    concurrency: 10,
    servers: { databaseUrl: postgres.watchUrl(), redisUrl: redis.watchUrl(), prefix: freshPrefix() },
  });
  operator = new Redis(redis.watchUrl(), { maxRetriesPerRequest: null });
  operator.on('error', () => {});
  workers = [await spawn(), await spawn()];
});

afterEach(() => {
  checkRest();
  typebot.assertClean();
});

afterAll(async () => {
  pipeline.consumer.during(null);
  await checkExits();
  operator.disconnect();
  await pipeline.close();
  await typebot.close();
  await servers.stop();
});

/** Checked after every test. */
function checkRest(): void {
  expect(workers.map((worker) => worker.isAlive())).toEqual([true, true]);
  expect(pipeline.consumer.breaches).toEqual([]);
}

async function checkExits(): Promise<void> {
  expect(await Promise.all(workers.map((worker) => worker.stop()))).toEqual([0, 0]);
}

const chats = 20;
/** Of the workers' leases in Redis: longer than the five seconds one lasts. */
const longerThanLeasesMs = 7_000;

test.each<[what: string, strike: () => Promise<unknown>]>([
  ['Redis does not answer for longer than a lease lasts', () => lasting(longerThanLeasesMs, servers.redis.road.pause())],
  ['Redis lets all clients wait for longer than a lease lasts', () => operator.client('PAUSE', longerThanLeasesMs, 'ALL')],
  ['Redis lets all who write wait for longer than a lease lasts', () => operator.client('PAUSE', longerThanLeasesMs, 'WRITE')],
  ['Redis hangs up on every client, five times', () => fiveTimes(() => operator.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes'))],
  ['Redis is killed and started again on what it had written', () => servers.redis.killAndRestart()],
  ['Redis forgets its scripts', () => operator.script('FLUSH')],
  ['Redis cannot be reached for some seconds', () => cutOff(servers.redis, 3_000)],
])('while chats are busy, %s: no message is lost, repeated or uncertain', { timeout: 60_000 }, async (_, strike) => {
  const { faults, outcomes } = await underLoad(strike);
  expect(faults).toEqual([]);
  expect(outcomes.filter(({ final }) => final !== 'answered')).toEqual([]);
});

test.each<[what: string, strike: () => Promise<unknown>]>([
  ['is killed and started again', () => servers.postgres.killAndRestart()],
  ['is away for 15 seconds', () => cutOff(servers.postgres, 15_000)],
  ['does not answer for 7 seconds', () => lasting(7_000, servers.postgres.road.pause())],
])('while chats are busy, PostgreSQL %s: only calls in flight may become uncertain', { timeout: 90_000 }, async (_, strike) => {
  const { faults } = await underLoad(strike, chats);
  expect(faults).toEqual([]);
});

test.each(['redis', 'postgres'] as const)(
  'a worker that is started while %s cannot be reached waits for it',
  { timeout: 60_000 },
  async (server) => {
    const { road } = servers[server];
    await road.cut();
    const starting = spawn();
    await sleep(5_000);
    await road.restore();
    const worker = await starting;
    const { faults } = await underLoad(async () => {});
    expect(faults).toEqual([]);
    expect(await worker.stop()).toBe(0);
  },
);

test(
  'Redis is emptied during the work: ingested events are answered, and unacknowledged replies are published again',
  {
    timeout: 60_000,
  },
  async () => {
    const load = await createLoad(pipeline, typebot, chats, 4);
    const held = Promise.withResolvers<void>();
    pipeline.consumer.during(() => held.promise);
    await load.publish();
    await waitUntil(async () => (await load.outcomes()).length === load.events.length, { what: 'all events taken in' });
    await waitUntil(async () => (await pipeline.outbound.getActiveCount()) > 0, { what: 'a reply under way' });
    await operator.flushall();
    pipeline.consumer.during(null);
    held.resolve();

    expect(await load.faults()).toEqual([]);
    // Ingestion works again.
    const more = await createLoad(pipeline, typebot, 2, 2);
    await more.publish();
    expect(await more.faults()).toEqual([]);
  },
);

test('Redis is full: a producer gets an error, and nothing that was acknowledged before is affected', { timeout: 60_000 }, async () => {
  const load = await createLoad(pipeline, typebot, chats, 6);
  const heard = typebot.heard.length;
  await load.publish(0, chats * 5);
  await waitUntil(() => typebot.heard.length > heard + chats, { what: 'the middle', everyMs: 1 });
  await operator.config('SET', 'maxmemory', '1');
  await expect(load.publish(chats * 5)).rejects.toThrow(/OOM/);
  // Longer than any lease: the workers have lost theirs.
  await sleep(longerThanLeasesMs);
  await operator.config('SET', 'maxmemory', '0');
  await load.publish(chats * 5);
  expect(await load.faults()).toEqual([]);
});

test.each(['converse:wait', 'converse:delayed', 'outbound:wait'])(
  'the key %s has a wrong type for a while: everything else continues, and afterwards its work does too',
  { timeout: 60_000 },
  async (name) => {
    const key = `${pipeline.prefix}:${name}`;
    const { faults, outcomes } = await underLoad(async () => {
      await operator.set(key, 'not what it was');
      await sleep(2_000);
      await operator.del(key);
    });
    expect(faults).toEqual([]);
    expect(outcomes.filter(({ final }) => final !== 'answered')).toEqual([]);
  },
);

test.each(['inbound:wait', 'inbound:marker'])(
  'the key %s has a wrong type: a producer gets an error, and ingestion resumes when the key is repaired',
  { timeout: 60_000 },
  async (name) => {
    const key = `${pipeline.prefix}:${name}`;
    const load = await createLoad(pipeline, typebot, 3, 2);
    await operator.set(key, 'not what it was');
    await expect(load.publish()).rejects.toThrow(/WRONGTYPE/);
    await operator.del(key);
    await load.publish();
    expect(await load.faults()).toEqual([]);
  },
);

function spawn(): Promise<ChildWorker> {
  return pipeline.spawnWorker({ DATABASE_URL: servers.postgres.url(), REDIS_URL: servers.redis.url() });
}

/** Runs the fault while 20 chats of six messages are busy, and returns the faults found at the end. */
async function underLoad(strike: () => Promise<unknown>, uncertainMax = 0) {
  const load = await createLoad(pipeline, typebot, chats, 6);
  const heard = typebot.heard.length;
  await load.publish(0, chats * 3);
  await waitUntil(() => typebot.heard.length > heard + chats, { what: 'the middle', everyMs: 1 });
  const until = AbortSignal.timeout(30_000);
  await Promise.all([strike(), untilAcknowledged(() => load.publish(chats * 3), until)]);
  return { faults: await load.faults({ uncertainMax }), outcomes: await load.outcomes() };
}

/** The producer's duty: events that Redis did not acknowledge are published again. */
async function untilAcknowledged(publish: () => Promise<void>, until: AbortSignal): Promise<void> {
  for (;;) {
    try {
      return await publish();
    } catch (error) {
      if (until.aborted) throw error;
      await sleep(100);
    }
  }
}

async function lasting(ms: number, end: () => void): Promise<void> {
  await sleep(ms);
  end();
}

async function fiveTimes(act: () => Promise<unknown>): Promise<void> {
  for (let count = 0; count < 5; count += 1) {
    await act();
    await sleep(100);
  }
}

async function cutOff({ road }: Servers['redis'], ms: number): Promise<void> {
  await road.cut();
  await sleep(ms);
  await road.restore();
}
