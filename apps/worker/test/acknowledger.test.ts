import { type FakeTypebot, startFakeTypebot, waitUntil } from '@typelane/testkit';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Pipeline, startPipeline } from './harness.ts';
import { echoBot } from './order/echo-bot.ts';

/** Receipts of replies that complete while no worker reads them. No sweep runs in these tests. */
let typebot: FakeTypebot;
let pipeline: Pipeline;
let instanceId: string;

const sweepMs = 600_000;
const jid = '5531999990000@s.whatsapp.net';

beforeEach(async () => {
  typebot = await startFakeTypebot({ bots: { echo: echoBot } });
  pipeline = await startPipeline({ typebots: [typebot.url], workers: 0, consumes: false, sweepMs });
  instanceId = await pipeline.register({ url: typebot.url, publicId: 'echo' });
});

afterEach(async () => {
  await pipeline.close();
  await typebot.close();
  typebot.assertClean();
});

async function say(...texts: string[]): Promise<void> {
  for (const text of texts) await pipeline.say({ instanceId, jid }, text);
  await pipeline.tables.handled(instanceId, texts.length);
}

test('a reply that completes while no worker runs is acknowledged by the next worker', { timeout: 30_000 }, async () => {
  const worker = await pipeline.startWorker();
  await say('hello', 'first');
  await worker.stop();
  pipeline.consumer.start();
  await waitUntil(() => pipeline.consumer.deliveries.length === 1, { what: 'the first reply' });
  await pipeline.startWorker();
  await pipeline.tables.acknowledged(instanceId);
  expect(pipeline.consumer.textsTo(instanceId)).toEqual(['started by hello', 'heard first']);
});

test('when the process that reads receipts is killed, another continues where it stopped', { timeout: 60_000 }, async () => {
  const victim = await pipeline.spawnWorker();
  await say('hello', 'first', 'second');
  const lease = `${pipeline.prefix}:outbound:typelane-acknowledger`;
  await waitUntil(() => pipeline.redis.exists(lease), { what: 'the victim to be elected' });
  await pipeline.spawnWorker();
  await victim.kill();
  pipeline.consumer.start();
  await waitUntil(() => pipeline.consumer.deliveries.length >= 1, { what: 'the first reply' });
  await pipeline.tables.acknowledged(instanceId);
  expect(pipeline.consumer.textsTo(instanceId)).toEqual(['started by hello', 'heard first', 'heard second']);
});
