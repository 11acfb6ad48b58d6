import { randomUUID } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type FakeTypebot, inboundText, startFakeTypebot, waitUntil } from '@typelane/testkit';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Pipeline, type PipelineOptions, startPipeline } from './harness.ts';
import { echoBot } from './order/echo-bot.ts';

/** The sweep finds lost work behind any amount of work that waits for a reason. */
let typebot: FakeTypebot;
let pipeline: Pipeline;
let instanceId: string;

beforeEach(async () => {
  typebot = await startFakeTypebot({ bots: { echo: echoBot } });
});

afterEach(async () => {
  await pipeline.close();
  await typebot.close();
  typebot.assertClean();
});

async function start(options: Partial<PipelineOptions>): Promise<void> {
  pipeline = await startPipeline({ typebots: [typebot.url], ...options });
  instanceId = await pipeline.register({ url: typebot.url, publicId: 'echo' });
}

const jidOf = (nth: number): string => `55319${String(nth).padStart(8, '0')}@s.whatsapp.net`;

async function allSay(chats: number): Promise<void> {
  const events = Array.from({ length: chats }, (_, nth) => inboundText({ instanceId, jid: jidOf(nth), text: 'hello' }));
  await pipeline.inbound.addBulk(events.map((data) => ({ name: 'message', data })));
}

test('a reply that Redis lost is published again although 600 older ones wait for their consumer', { timeout: 60_000 }, async () => {
  await start({ consumes: false });
  await allSay(601);
  await pipeline.tables.handled(instanceId, 601);
  const { sql } = pipeline.database;
  const [lost] = await sql<{ reply_id: string }[]>`select reply_id from outbox order by reply_id limit 1`;
  const id = `reply-${lost?.reply_id}`;
  await pipeline.outbound.remove(id);
  await sql`update outbox set dispatched_at = dispatched_at - case when reply_id = ${lost?.reply_id ?? ''} then interval '1 minute' else interval '1 hour' end`;
  await waitUntil(() => pipeline.outbound.getJob(id), { what: 'the lost reply' });
  // Chats that wait are not woken for a while.
  const looks = () => sql`select from outbox where look_at > clock_timestamp() + interval '2 minutes'`;
  await waitUntil(async () => (await looks()).length >= 600, { what: 'the others to be noted' });
  expect(await looks()).toHaveLength(600);
});

test('one sweep wakes all chats whose wake-ups were lost', { timeout: 60_000 }, async () => {
  await start({ workers: 0 });
  await pipeline.startWorker({ WORKER_CONCURRENCY: 2, SWEEP_INTERVAL_MS: 2_000 });
  await allSay(700);
  await waitUntil(async () => (await pipeline.tables.outcomes(instanceId)).length === 700, { what: 'all events in their inboxes' });
  await pipeline.redis.del(...(await pipeline.redis.keys(`${pipeline.prefix}:converse:*`)));
  const outcomes = await pipeline.tables.handled(instanceId, 700, 50_000);
  expect(outcomes.map(({ final }) => final)).toEqual(outcomes.map(() => 'answered'));
  expect(Math.max(...pipeline.logs.map(({ woken }) => Number(woken ?? 0)))).toBeGreaterThan(500);
});

test('a file that cannot be deleted does not keep others from being deleted', { timeout: 30_000 }, async () => {
  await start({ workers: 0 });
  const { sql } = pipeline.database;
  const stuck = Array.from({ length: 120 }, () => randomUUID());
  const fine = randomUUID();
  const pathOf = (mediaId: string) => join(pipeline.env.DATA_DIR ?? '', 'media', mediaId.slice(0, 2), mediaId);
  for (const mediaId of stuck) await mkdir(pathOf(mediaId), { recursive: true });
  await mkdir(dirname(pathOf(fine)), { recursive: true });
  await sql`
    insert into media (media_id, instance_id, file_name, mime_type, size_bytes, expires_at)
    select id, 'inst', 'a.png', 'image/png', 1, now() - case when id = ${fine} then interval '1 minute' else interval '1 hour' end
    from unnest(${[...stuck, fine]}::uuid[]) as id`;
  await pipeline.startWorker();
  await waitUntil(async () => (await sql`select from media where media_id = ${fine}`).length === 0, { what: 'the file to be removed' });
  expect(await sql`select from media`).toHaveLength(120);
});
