import { randomBytes, randomUUID } from 'node:crypto';
import { type FakeTypebot, startFakeTypebot, waitUntil } from '@typelane/testkit';
import { UnrecoverableError, Worker } from 'bullmq';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Pipeline, startPipeline } from './harness.ts';
import { echoBot } from './order/echo-bot.ts';

/** Receipts that a faulty consumer can write. Whatever they contain, the chat, the sweep and all other chats continue. */
let typebot: FakeTypebot;
let pipeline: Pipeline;
let consumer: Worker;
/** What the consumer returns for a reply with this text. */
let made: (text: string) => unknown;
let sent: string[];

const jid = '5531999990000@s.whatsapp.net';
const honest = '5531999991111@s.whatsapp.net';

beforeEach(async () => {
  typebot = await startFakeTypebot({ bots: { echo: echoBot } });
  pipeline = await startPipeline({ typebots: [typebot.url], consumes: false });
  made = () => ({ keyIds: [] });
  sent = [];
  consumer = new Worker(
    'outbound',
    async ({ data }) => {
      const [{ text }] = (data as { messages: [{ text: string }] }).messages;
      sent.push(text);
      return made(text);
    },
    { connection: pipeline.redis.duplicate(), prefix: pipeline.prefix, concurrency: 10 },
  );
  consumer.on('error', () => {});
});

afterEach(async () => {
  await consumer.close();
  await pipeline.close();
  await typebot.close();
  typebot.assertClean();
});

const long = (length: number): string => randomBytes(length).toString('base64url').slice(0, length);

test.each<[what: string, receipt: unknown]>([
  ['an id that no index can hold', { keyIds: [long(2_800)] }],
  ['two million characters', { keyIds: [long(2_000_000)] }],
  ['fifty thousand ids', { keyIds: Array.from({ length: 50_000 }, (_, n) => `id-${n}`) }],
  ['numbers and nothing in place of ids', { keyIds: [1, null, { a: 1 }, ''] }],
  ['characters that PostgreSQL refuses', { keyIds: ['a\u0000b', '\ud800'] }],
  ['a text in place of a list', { keyIds: 'WA-1' }],
  ['no object', 42],
  ['nothing', undefined],
])('a consumer that completes a reply with %s delays nobody', { timeout: 30_000 }, async (_what, receipt) => {
  const instanceId = await pipeline.register({ url: typebot.url, publicId: 'echo' });
  made = (text) => (text.includes('bad') ? receipt : { keyIds: [`WA-${text}`] });
  await pipeline.say({ instanceId, jid }, 'bad');
  for (const text of ['a', 'b']) await pipeline.say({ instanceId, jid: honest }, text);
  await pipeline.say({ instanceId, jid }, 'next');
  await pipeline.tables.handled(instanceId, 4);
  await pipeline.tables.acknowledged(instanceId);
  expect(sent.toSorted()).toEqual(['heard b', 'heard next', 'started by a', 'started by bad']);
  expect(await keyIds()).toEqual(expect.arrayContaining(['WA-started by a', 'WA-heard b', 'WA-heard next']));
  expect(failures()).toEqual([]);
});

test('a receipt with one invalid id still stores its valid ids', { timeout: 30_000 }, async () => {
  const instanceId = await pipeline.register({ url: typebot.url, publicId: 'echo' });
  made = () => ({ keyIds: ['WA-1', long(2_800), 'WA-2'] });
  await pipeline.say({ instanceId, jid }, 'hello');
  await pipeline.tables.handled(instanceId, 1);
  await pipeline.tables.acknowledged(instanceId);
  expect(await keyIds()).toEqual(['WA-1', 'WA-2']);
});

test('foreign jobs and stream entries are skipped, and the receipts after them are read', { timeout: 30_000 }, async () => {
  const instanceId = await pipeline.register({ url: typebot.url, publicId: 'echo' });
  made = () => ({ keyIds: ['WA-1'] });
  await pipeline.outbound.add('reply', { messages: [{ text: 'none of ours' }] }, { jobId: 'reply-someone' });
  await waitUntil(() => sent.includes('none of ours'), { what: 'the foreign job to be done' });
  const events = `${pipeline.prefix}:outbound:events`;
  for (const [returnvalue, data] of [
    ['{"keyIds":', '{'],
    ['', ''],
  ] as const) {
    await pipeline.redis.xadd(events, '*', 'event', 'completed', 'jobId', `reply-${randomUUID()}`, 'returnvalue', returnvalue);
    await pipeline.redis.xadd(events, '*', 'event', 'progress', 'jobId', `reply-${randomUUID()}`, 'data', data);
  }
  for (const text of ['one', 'two']) await pipeline.say({ instanceId, jid }, text);
  await pipeline.tables.handled(instanceId, 2);
  await pipeline.tables.acknowledged(instanceId);
  expect(sent).toEqual(['none of ours', 'started by one', 'heard two']);
  expect(failures()).toEqual([]);
});

test('a step of the sweep that fails is named in the log and stops no other step', { timeout: 30_000 }, async () => {
  const instanceId = await pipeline.register({ url: typebot.url, publicId: 'echo' });
  await consumer.pause();
  await pipeline.say({ instanceId, jid }, 'hello');
  await pipeline.tables.handled(instanceId, 1);
  // The queries for expired media (the last step but one) and for old rows fail.
  await pipeline.database.sql`alter table media rename to media_gone`;
  await pipeline.database.sql`alter table session_events rename column published_at to published_gone`;
  await pipeline.redis.del(...(await pipeline.redis.keys(`${pipeline.prefix}:outbound:*`)));
  void consumer.resume();
  await pipeline.tables.acknowledged(instanceId);
  const parts = () => new Set(pipeline.logs.filter(({ msg }) => msg === 'sweep.failed').map(({ part }) => part));
  await waitUntil(() => parts().size === 2, { what: 'the two parts to fail' });
  expect(parts()).toEqual(new Set(['files', 'forgotten']));
});

test('the reason of a failed reply is logged as a class, without numbers, words or lines of the gateway', { timeout: 30_000 }, async () => {
  const instanceId = await pipeline.register({ url: typebot.url, publicId: 'echo' });
  const reasons = [
    `Message 1 of 1 (0 sent before it) was refused: status 404, no account for 5531999990000\nAna said "${'my secret '.repeat(200_000)}"`,
    'connect ECONNREFUSED 10.0.0.7:8080',
    '5531999990000',
  ];
  const left = [...reasons];
  made = () => {
    throw new UnrecoverableError(left.shift());
  };
  for (const text of ['a', 'b', 'c']) await pipeline.say({ instanceId, jid }, text);
  await pipeline.tables.handled(instanceId, 3);
  await pipeline.tables.acknowledged(instanceId);
  const logged = pipeline.logs.filter(({ msg }) => msg === 'reply.failed');
  expect(new Set(logged.map(({ failure }) => failure))).toEqual(new Set(['refused, status 404', 'failed, ECONNREFUSED', 'failed']));
  expect(JSON.stringify(pipeline.logs)).not.toMatch(/5531999990000[^@]|my secret|10\.0\.0\.7/);
  const kept = await pipeline.database.sql<{ failure: string }[]>`select failure from outbox order by seq`;
  expect(kept.map(({ failure }) => failure.slice(0, 30))).toEqual(reasons.map((reason) => reason.slice(0, 30)));
  expect(Math.max(...kept.map(({ failure }) => failure.length))).toBeLessThanOrEqual(1_000);
});

async function keyIds(): Promise<string[]> {
  const rows = await pipeline.database.sql<{ key_id: string }[]>`select key_id from sent_keys order by key_id`;
  return rows.map((row) => row.key_id);
}

function failures(): string[] {
  return pipeline.logs.filter(({ level, msg }) => level >= 50 || msg.endsWith('.failed')).map(({ msg }) => msg);
}
