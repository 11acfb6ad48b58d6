import { setTimeout as sleep } from 'node:timers/promises';
import { connect, createIntegration } from '@typelane/db';
import { type FakeTypebot, inboundText, startFakeTypebot, waitUntil } from '@typelane/testkit';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { startProducer } from './chaos/producer.ts';
import { freshPrefix, type Servers, startServers } from './chaos/servers.ts';
import { type ChildWorker, spawnWorker } from './child-worker.ts';
import { type Pipeline, secretKey, startPipeline } from './harness.ts';
import { arrivalsOf, echoBot } from './order/echo-bot.ts';
import { faultsOf, type Published } from './order/history.ts';

/** SIGTERM: calls in flight finish, nothing new begins, and the process ends even when its servers are away. */
let typebot: FakeTypebot;

beforeEach(async () => {
  typebot = await startFakeTypebot({ bots: { echo: echoBot }, latencyMs: 400 });
});

afterEach(async () => {
  await typebot.close();
});

test(
  'three workers with 300 busy chats are replaced one after another, and none of their calls is uncertain',
  { timeout: 240_000 },
  async () => {
    const pipeline: Pipeline = await startPipeline({ typebots: [typebot.url], workers: 0, timeoutMs: 10_000 });
    try {
      const instanceId = await pipeline.register({ url: typebot.url, publicId: 'echo' });
      const workers = await Promise.all([0, 1, 2].map(() => pipeline.spawnWorker()));
      const chats = 300;
      const published: Published[] = [];
      let isOver = false;
      // A hundred messages a second, so that about forty calls are in flight at any moment; fewer on a slower machine.
      const heardBefore = typebot.heard.length;
      const backlog = (): number => published.length - (typebot.heard.length - heardBefore);
      const publishing = (async () => {
        while (!isOver) {
          await waitUntil(() => isOver || backlog() < 150, { what: 'the workers to keep up', timeoutMs: 120_000 });
          const batch = Array.from({ length: 50 }, (_, place): Published => {
            const index = published.length + place;
            const jid = `55315${String(index % chats).padStart(8, '0')}@s.whatsapp.net`;
            return { event: inboundText({ instanceId, jid, keyId: `key-${index}`, text: `${instanceId}/${index}` }), ends: 'answered' };
          });
          published.push(...batch);
          await pipeline.inbound.addBulk(batch.map(({ event }) => ({ name: 'message', data: event })));
          await sleep(500);
        }
      })();
      const exits: (number | null)[] = [];
      for (const worker of workers) {
        await pipeline.spawnWorker();
        const heard = typebot.heard.length;
        await waitUntil(() => typebot.heard.length > heard + 40, { what: 'calls under way', timeoutMs: 60_000, everyMs: 1 });
        exits.push(await worker.stop());
      }
      isOver = true;
      await publishing;
      const outcomes = await pipeline.tables.handled(instanceId, published.length, 60_000);
      await pipeline.tables.acknowledged(instanceId);

      expect(exits).toEqual([0, 0, 0]);
      expect(outcomes.filter(({ final }) => final !== 'answered')).toEqual([]);
      const replies = pipeline.consumer.deliveries.map(({ reply }) => reply);
      expect(faultsOf({ instanceId, published, arrivals: arrivalsOf(typebot.heard), outcomes, replies, uncertainMax: 0 })).toEqual([]);
      expect(typebot.violations).toEqual([]);
    } finally {
      await pipeline.close();
    }
  },
);

describe('on servers of their own', () => {
  let servers: Servers;

  beforeAll(async () => {
    servers = await startServers();
  });

  afterAll(async () => {
    await servers.stop();
  });

  const spawn = (prefix = freshPrefix()): Promise<ChildWorker> =>
    spawnWorker({
      DATABASE_URL: servers.postgres.url(),
      REDIS_URL: servers.redis.url(),
      EGRESS_ALLOW: new URL(typebot.url).host,
      QUEUE_PREFIX: prefix,
      TYPEBOT_TIMEOUT_MS: '1000',
      TYPEBOT_QUARANTINE_MS: '500',
      SECRET_KEY: secretKey,
      LOG_LEVEL: 'info',
    });

  /** A contact writes, and the call to Typebot has arrived there. */
  async function callUnderWay(prefix: string): Promise<void> {
    const database = connect(servers.postgres.watchUrl(), { connectionsMax: 1, applicationName: 'test' });
    const producer = startProducer(servers.redis.watchUrl(), prefix);
    try {
      const bot = { publicId: 'echo', typebotURL: typebot.url, enabled: true, settings: {} };
      await createIntegration(database, { scope: 'admin' }, { instanceId: prefix, businessId: null, instanceName: null, ...bot });
      await producer.publish(
        'event-1',
        inboundText({ instanceId: prefix, jid: '5531999990000@s.whatsapp.net', keyId: 'key-1', text: 'hello' }),
      );
      await waitUntil(() => typebot.heard.length > 0, { what: 'the call', everyMs: 1 });
    } finally {
      await producer.close();
      await database.close();
    }
  }

  async function stops(worker: ChildWorker): Promise<{ code: number | null; late: unknown[] }> {
    const code = await worker.stop();
    const late = worker.logs.filter((line) => line.includes('"close.late"')).map((line) => (JSON.parse(line) as { what: unknown }).what);
    return { code, late };
  }

  test.each([0, 5, 20, 60, 200])(
    'a worker that is asked to stop %i ms after Redis was restarted stops',
    { timeout: 60_000 },
    async (ms) => {
      const worker = await spawn();
      await servers.redis.killAndRestart();
      await sleep(ms);
      const stopped = await stops(worker);
      expect(stopped).toMatchObject({ code: 0 });
    },
  );

  test('a worker that is asked to stop while Redis is away stops', { timeout: 60_000 }, async () => {
    const worker = await spawn();
    await servers.redis.road.cut();
    try {
      const stopped = await stops(worker);
      expect(stopped).toMatchObject({ code: 0 });
    } finally {
      await servers.redis.road.restore();
    }
  });

  test(
    'a worker with a call under way that is told to stop while Redis and PostgreSQL are away stops within its grace time',
    { timeout: 90_000 },
    async () => {
      const prefix = freshPrefix();
      const worker = await spawn(prefix);
      await callUnderWay(prefix);
      await Promise.all([servers.redis.road.cut(), servers.postgres.road.cut()]);
      try {
        const stopped = await stops(worker);
        // A process whose grace time is over ends with 1.
        expect(stopped).toMatchObject({ code: 0 });
      } finally {
        await Promise.all([servers.redis.road.restore(), servers.postgres.road.restore()]);
      }
    },
  );
});
