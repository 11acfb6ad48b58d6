import { createEgress } from '@typelane/runtime';
import { type FakeTypebot, inboundText, newKeyId, startFakeTypebot, waitUntil } from '@typelane/testkit';
import { Queue } from 'bullmq';
import * as fc from 'fast-check';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { startFallbackReader } from '../src/ingest/fallback-reader.ts';
import { openMediaPorts } from '../src/media/media-ports.ts';
import { type Pipeline, startPipeline } from './harness.ts';
import { addRaw } from './raw-job.ts';
import { echoBot } from './order/echo-bot.ts';
import { planOf } from './order/plan.ts';
import { faultsIn } from './order/run.ts';

/** The door on BullMQ's public API, on a queue of its own: the worker behind it opens the fast one on `inbound`. */
let typebot: FakeTypebot;
let pipeline: Pipeline;
let plain: Queue;
const readers: { stop(): Promise<void> }[] = [];
const chat = { jid: '5531999990000@s.whatsapp.net' };

beforeEach(async () => {
  typebot = await startFakeTypebot({ bots: { echo: echoBot } });
  pipeline = await startPipeline({ typebots: [typebot.url] });
  plain = new Queue('plain', { connection: pipeline.redis, prefix: pipeline.prefix });
});

afterEach(async () => {
  await Promise.all(readers.splice(0).map((reader) => reader.stop()));
  await plain.close();
  await pipeline.close();
  await typebot.close();
});

test('two plain doors keep the order, with jobs between that nobody can read', { timeout: 60_000 }, async () => {
  startInboundReader();
  startInboundReader();
  await fc.assert(
    fc.asyncProperty(planOf(['stop'], 1), async (plan) => {
      let added = 0;
      const addUnreadable = () => addRaw(pipeline.redis, queueKey(), `odd-${newKeyId()}`, `{"odd": ${(added += 1)}`);
      const faults = await faultsIn(plan, pipeline, typebot, { queue: plain, strike: addUnreadable, unreadable: () => added });
      expect(faults).toEqual([]);
    }),
    { numRuns: 3, endOnFailure: true },
  );
});

test.each([
  ['that is no JSON', '{"event":', 'invalid_json'],
  ['without data', '', 'invalid_event'],
  ['without a hash', null, 'invalid_event'],
])('a job %s becomes a dead letter and lets the next one pass', { timeout: 40_000 }, async (_, data, reason) => {
  const instanceId = await pipeline.register({ url: typebot.url, publicId: 'echo' });
  startInboundReader();
  await addRaw(pipeline.redis, queueKey(), 'odd', data);
  await plain.add('message', inboundText({ ...chat, instanceId, text: 'after' }));
  await pipeline.ledger.handled(instanceId, 1, 20_000);
  await waitUntil(async () => (await plain.getJobCountByTypes('waiting', 'active', 'failed', 'delayed')) === 0, {
    what: 'an empty queue',
    timeoutMs: 20_000,
  });
  expect((await pipeline.ledger.deadLetters()).map((letter) => letter.reason)).toEqual([reason]);
});

test('an event that could not be committed when its process stopped waits for the next one', { timeout: 40_000 }, async () => {
  const instanceId = await pipeline.register({ url: typebot.url, publicId: 'echo' });
  const { sql } = pipeline.database;
  const failures = (): number => pipeline.logs.filter(({ msg }) => msg === 'ingest.failed').length;
  await sql`alter table inbox rename to inbox_away`;
  const first = startInboundReader();
  await plain.add('message', inboundText({ ...chat, instanceId, text: 'hello' }));
  await waitUntil(() => failures() > 0, { what: 'a failed commit' });
  await first.stop();
  readers.splice(0);
  await sql`alter table inbox_away rename to inbox`;
  startInboundReader();
  await pipeline.ledger.handled(instanceId, 1, 15_000);
  expect(await plain.getFailedCount()).toBe(0);
});

function startInboundReader(): { stop(): Promise<void> } {
  const { database, env, wake } = pipeline;
  const egress = createEgress({ allow: [] });
  const media = openMediaPorts(env, { database, egress, log: env.log });
  const reader = startFallbackReader({ database, media, redisUrl: env.REDIS_URL, queueKey: queueKey(), log: env.log, wake: wake });
  const opened = {
    async stop() {
      await reader.stop();
      media.store.close();
      egress.close();
    },
  };
  readers.push(opened);
  return opened;
}

function queueKey(): string {
  return `${pipeline.prefix}:plain`;
}
