import { setTimeout as sleep } from 'node:timers/promises';
import { connect, createIntegration } from '@typelane/db';
import { type FakeTypebot, inboundText, startFakeTypebot, waitUntil } from '@typelane/testkit';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { freshPrefix, type Servers, startServers } from './chaos/servers.ts';
import { type ChildWorker, spawnWorker } from './child-worker.ts';
import { type Pipeline, secretKey, startPipeline } from './harness.ts';
import { arrivalsOf, echoBot } from './order/echo-bot.ts';
import { faultsOf, type Published } from './order/history.ts';

/** SIGTERM: what was begun is ended, nothing new begins, and the process goes, whatever becomes of its servers. */
let typebot: FakeTypebot;

beforeEach(async () => {
  typebot = await startFakeTypebot({ bots: { echo: echoBot }, latencyMs: 100 });
});

afterEach(async () => {
  await typebot.close();
});

test('three workers at work on 300 chats are replaced one after another, and no call of theirs is in doubt', { timeout: 120_000 }, async () => {
  const pipeline: Pipeline = await startPipeline({ typebots: [typebot.url], workers: 0, timeoutMs: 10_000 });
  try {
    const instanceId = await pipeline.register({ url: typebot.url, publicId: 'echo' });
    const workers = await Promise.all([0, 1, 2].map(() => pipeline.spawnWorker()));
    const chats = 300;
    const published = Array.from({ length: chats * 4 }, (_, index): Published => {
      const jid = `55315${String(index % chats).padStart(8, '0')}@s.whatsapp.net`;
      return { event: inboundText({ instanceId, jid, keyId: `key-${index}`, text: `${instanceId}/${index}` }), ends: 'answered' };
    });
    await pipeline.inbound.addBulk(published.map(({ event }) => ({ name: 'message', data: event })));
    const exits: { code: number | null; ms: number }[] = [];
    for (const [place, worker] of workers.entries()) {
      const heard = typebot.heard.length;
      await waitUntil(() => typebot.heard.length > heard + 50, { what: `the middle before worker ${place} is replaced`, everyMs: 1 });
      await pipeline.spawnWorker();
      const from = performance.now();
      exits.push({ code: await worker.stop(), ms: performance.now() - from });
    }
    // All of it happened under load.
    expect(typebot.heard.length).toBeLessThan(published.length);
    const outcomes = await pipeline.ledger.handled(instanceId, published.length, 60_000);
    await pipeline.ledger.acknowledged(instanceId);

    expect(exits.map(({ code }) => code)).toEqual([0, 0, 0]);
    expect(Math.max(...exits.map(({ ms }) => ms))).toBeLessThan(10_000);
    expect(outcomes.filter(({ final }) => final !== 'answered')).toEqual([]);
    const replies = pipeline.consumer.deliveries.map(({ reply }) => reply);
    expect(faultsOf({ instanceId, published, arrivals: arrivalsOf(typebot.heard), outcomes, replies, uncertainMax: 0 })).toEqual([]);
    expect(typebot.violations).toEqual([]);
  } finally {
    await pipeline.close();
  }
});

describe('on servers of their own', () => {
  let servers: Servers;

  beforeAll(async () => {
    servers = await startServers();
  });

  afterAll(async () => {
    await servers.stop();
  });

  const spawn = (): Promise<ChildWorker> =>
    spawnWorker({
      DATABASE_URL: servers.postgres.url(),
      REDIS_URL: servers.redis.url(),
      EGRESS_ALLOW: new URL(typebot.url).host,
      QUEUE_PREFIX: freshPrefix(),
      TYPEBOT_TIMEOUT_MS: '1000',
      TYPEBOT_QUARANTINE_MS: '500',
      SECRET_KEY: secretKey,
      LOG_LEVEL: 'info',
    });

  async function stops(worker: ChildWorker): Promise<{ code: number | null; ms: number; late: unknown[] }> {
    const from = performance.now();
    const code = await worker.stop();
    const late = worker.logs.filter((line) => line.includes('"close.late"')).map((line) => (JSON.parse(line) as { what: unknown }).what);
    return { code, ms: performance.now() - from, late };
  }

  test.each([0, 5, 20, 60, 200])('a worker that is told to stop %i ms after Redis was restarted stops', { timeout: 60_000 }, async (ms) => {
    const worker = await spawn();
    await servers.redis.killAndRestart();
    await sleep(ms);
    const stopped = await stops(worker);
    expect(stopped).toMatchObject({ code: 0 });
    expect(stopped.ms).toBeLessThan(10_000);
  });

  test('a worker that is told to stop while Redis is away stops', { timeout: 60_000 }, async () => {
    const worker = await spawn();
    await servers.redis.road.cut();
    try {
      const stopped = await stops(worker);
      expect(stopped).toMatchObject({ code: 0 });
      expect(stopped.ms).toBeLessThan(20_000);
    } finally {
      await servers.redis.road.restore();
    }
  });

  test('a worker with a call under way that is told to stop while Redis and PostgreSQL are away stops within its grace time', { timeout: 90_000 }, async () => {
    const worker = await spawn();
    await callUnderWay(worker);
    await Promise.all([servers.redis.road.cut(), servers.postgres.road.cut()]);
    try {
      const stopped = await stops(worker);
      expect(stopped).toMatchObject({ code: 0 });
      expect(stopped.ms).toBeLessThan(45_000);
    } finally {
      await Promise.all([servers.redis.road.restore(), servers.postgres.road.restore()]);
    }
  });
});
