import { setImmediate as nextTick, setTimeout as sleep } from 'node:timers/promises';
import type { InboundEvent } from '@typelane/core';
import { type FakeTypebot, type Mood, moods, startFakeTypebot, textOf, waitUntil } from '@typelane/testkit';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Pipeline, type PipelineOptions, startPipeline } from './harness.ts';
import { finalOf } from './tables.ts';
import { createLoad } from './load.ts';
import { echoBot } from './order/echo-bot.ts';

/** Known weak points of queues with an order per key. SCENARIOS.md names the tests of the others. */
let typebot: FakeTypebot;
let pipeline: Pipeline;

beforeEach(async () => {
  typebot = await startFakeTypebot({ bots: { echo: echoBot }, latencyMs: 2 });
});

afterEach(async () => {
  await pipeline.close();
  await typebot.close();
});

/** So long that the sweep finds nothing in these tests: a chat without a wake-up stays idle. */
const noSweepMs = 600_000;

async function start(options: Partial<PipelineOptions> = {}): Promise<void> {
  pipeline = await startPipeline({ typebots: [typebot.url], sweepMs: noSweepMs, ...options });
}

test('15 workers compete for three chats of 100 messages each, and every chat is answered in order', { timeout: 60_000 }, async () => {
  await start({ workers: 15, concurrency: 2 });
  const load = await createLoad(pipeline, typebot, 3, 100);
  await load.publish();
  expect(await load.faults()).toEqual([]);
});

test('messages that are retried keep their places, each chat independently', { timeout: 60_000 }, async () => {
  await start({ workers: 3 });
  const load = await createLoad(pipeline, typebot, 6, 8);
  // Every third message of the first three chats gets 429 from Typebot.
  const stumbling = new Set(load.events.filter((_, i) => i % 6 < 3 && Math.floor(i / 6) % 3 === 1).map(({ event }) => wordsOf(event)));
  typebot.mood((heard) => (stumbling.delete(textOf(heard) ?? '') ? moods.tooManyRequests('0') : null));
  await load.publish();
  expect(await load.faults()).toEqual([]);
  expect(stumbling.size).toBe(0);
});

test('in one chat some messages are answered and others fail in every way, and each ends in order', { timeout: 60_000 }, async () => {
  await start({ workers: 3, quarantineMs: 50 });
  const failures: [mood: Mood, final: string][] = [
    [moods.badGateway(), 'uncertain: http_502'],
    [{ type: 'answer', status: 403, body: '' }, 'dead: http_403'],
    [moods.tooManyRequests('0'), 'answered'],
  ];
  const instanceId = await pipeline.register({ url: typebot.url, publicId: 'echo' });
  const texts = Array.from({ length: 13 }, (_, i) => `message ${i}`);
  const failureOf = (i: number) => (i % 2 === 1 ? failures[((i - 1) / 2) % failures.length] : undefined);
  for (const [i, text] of texts.entries()) {
    const failure = failureOf(i);
    if (failure) typebot.nextMood(failure[0], { text });
  }
  for (const text of texts) await pipeline.say({ instanceId, jid: contact(1) }, text);
  const outcomes = await pipeline.tables.handled(instanceId, texts.length, 30_000);
  await pipeline.tables.acknowledged(instanceId);
  const expected = texts.map((_, i) => failureOf(i)?.[1] ?? 'answered');
  expect(outcomes.map(finalOf)).toEqual(expected);
  expect(pipeline.consumer.textsTo(instanceId)).toEqual(
    texts.flatMap((text, i) => (expected[i] === 'answered' ? [`${i === 0 ? 'started by' : 'heard'} ${text}`] : [])),
  );
  typebot.assertClean();
});

test('300 chats share a concurrency of two', { timeout: 60_000 }, async () => {
  await start({ concurrency: 2 });
  const load = await createLoad(pipeline, typebot, 300, 3);
  await load.publish();
  expect(await load.faults()).toEqual([]);
});

test(
  'workers start and stop under load: a stopping worker finishes its call and acquires no other conversation',
  { timeout: 90_000 },
  async () => {
    await start({ workers: 1, concurrency: 10, sweepMs: 1_000 });
    const load = await createLoad(pipeline, typebot, 40, 25);
    const crew = [await pipeline.startWorker(), await pipeline.startWorker()];
    await load.publish();
    for (let count = 0; count < 10; count += 1) {
      const heard = typebot.heard.length;
      crew.push(await pipeline.startWorker());
      await crew.shift()?.stop();
      await waitUntil(async () => typebot.heard.length > heard + 20 || typebot.heard.length >= load.events.length, {
        what: 'the others to go on',
      });
    }
    expect(await load.faults()).toEqual([]);
  },
);

test('a chat with a thousand messages does not delay a quiet chat', { timeout: 60_000 }, async () => {
  await start({ concurrency: 5 });
  const hot = await createLoad(pipeline, typebot, 1, 1_000);
  const quiet = await createLoad(pipeline, typebot, 40, 2);
  await hot.publish();
  await quiet.publish();
  expect(await quiet.faults()).toEqual([]);
  expect(unhandled(await hot.outcomes())).toBeGreaterThan(500);
});

test(
  'an instance with busy chats does not make the chats of another instance wait until its end',
  {
    timeout: 60_000,
  },
  async () => {
    await start({ concurrency: 5 });
    const hot = await createLoad(pipeline, typebot, 20, 100);
    const quiet = await createLoad(pipeline, typebot, 10, 2);
    await hot.publish();
    await quiet.publish();
    expect(await quiet.faults()).toEqual([]);
    expect(unhandled(await hot.outcomes())).toBeGreaterThan(0);
  },
);

test('bursts of 500 messages with rests between them are answered in order', { timeout: 60_000 }, async () => {
  await start({ workers: 2 });
  const load = await createLoad(pipeline, typebot, 50, 40);
  for (let from = 0; from < load.events.length; from += 500) {
    await load.publish(from, from + 500);
    await sleep(300);
  }
  expect(await load.faults()).toEqual([]);
});

test.each([
  ['by BullMQ', () => ({})],
  ['by their producer', (index: number) => ({ jobId: `wa-${(index * 7_919) % 1_000}` })],
])(
  'messages of one chat with ids made %s and the same delay are answered in the order of their add',
  { timeout: 30_000 },
  async (_, idOf) => {
    await start();
    const load = await createLoad(pipeline, typebot, 2, 20);
    await pipeline.inbound.addBulk(
      load.events.map(({ event }, index) => ({ name: 'message', data: event, opts: { ...idOf(index), delay: 3_600_000 } })),
    );
    expect(await load.faults()).toEqual([]);
  },
);

test('chats that are all due at the same moment continue, each in order', { timeout: 60_000 }, async () => {
  await start({ workers: 2, concurrency: 5 });
  const load = await createLoad(pipeline, typebot, 50, 3);
  const stumbling = new Set(load.events.slice(50, 100).map(({ event }) => wordsOf(event)));
  typebot.mood((heard) => (stumbling.delete(textOf(heard) ?? '') ? moods.tooManyRequests('0') : null));
  await load.publish();
  expect(await load.faults()).toEqual([]);
  expect(stumbling.size).toBe(0);
});

test(
  'a message that arrives at any moment of the work on the previous one is answered without another wake-up',
  {
    timeout: 60_000,
  },
  async () => {
    await start({ workers: 2 });
    const load = await createLoad(pipeline, typebot, 1, 300);
    for (const index of load.events.keys()) {
      const heard = typebot.heard.length;
      await load.publish(index, index + 1);
      await waitUntil(() => typebot.heard.length > heard, { what: `message ${index} to be heard`, everyMs: 0, timeoutMs: 5_000 });
      // From its arrival at Typebot until well after the chat is idle again.
      for (let ticks = 0; ticks < index % 60; ticks += 1) await nextTick();
      if (index % 3 === 0) await sleep((index / 3) % 12);
    }
    expect(await load.faults()).toEqual([]);
  },
);

test('10,000 chats that write once each are answered', { timeout: 180_000 }, async () => {
  // Typebot runs in this process too, which is busy for longer than a call may otherwise take.
  await start({ workers: 2, concurrency: 100, timeoutMs: 20_000 });
  const load = await createLoad(pipeline, typebot, 10_000, 1);
  for (let from = 0; from < load.events.length; from += 1_000) await load.publish(from, from + 1_000);
  await waitUntil(async () => (await handledIn(load.instanceId)) === load.events.length, {
    what: 'the end of all events',
    timeoutMs: 150_000,
    everyMs: 500,
  });
  await waitUntil(() => pipeline.consumer.deliveries.length >= load.events.length, {
    what: 'all replies',
    timeoutMs: 20_000,
    everyMs: 200,
  });
  const outcomes = await load.outcomes();
  expect(outcomes.filter(({ final }) => final !== 'answered')).toEqual([]);
  expect(new Set(pipeline.consumer.deliveries.map(({ reply }) => reply.to)).size).toBe(10_000);
  expect(typebot.heard).toHaveLength(10_000);
});

function contact(number: number): string {
  return `55317${String(number).padStart(8, '0')}@s.whatsapp.net`;
}

function wordsOf({ data }: InboundEvent): string {
  return String(data.content['text'] ?? data.content['conversation']);
}

function unhandled(outcomes: readonly { final: string | null }[]): number {
  return outcomes.filter(({ final }) => final === null).length;
}

async function handledIn(instanceId: string): Promise<number> {
  const [row] = await pipeline.database.sql<{ count: number }[]>`
    select count(*)::int as count from turns join conversations using (conversation_id) where instance_id = ${instanceId}`;
  return row?.count ?? 0;
}
