import { setTimeout as sleep } from 'node:timers/promises';
import { type FakeTypebot, inboundText, startFakeTypebot, waitUntil } from '@typelane/testkit';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Pipeline, startPipeline } from './harness.ts';
import { arrivalsOf, echoBot } from './order/echo-bot.ts';
import { faultsOf, type Published } from './order/history.ts';

/** A rolling upgrade: the database is one version ahead of the running workers, and its rows are older than the new workers. */
let typebot: FakeTypebot;
let pipeline: Pipeline;

beforeEach(async () => {
  typebot = await startFakeTypebot({ bots: { echo: echoBot }, latencyMs: 200 });
  pipeline = await startPipeline({ typebots: [typebot.url], workers: 0, timeoutMs: 10_000 });
});

afterEach(async () => {
  await pipeline.close();
  await typebot.close();
});

/** Changes that a next version could make: columns in every table of a turn, one with a default, an index, and a table. */
async function migrateFurther(): Promise<void> {
  const { sql } = pipeline.database;
  for (const table of ['conversations', 'inbox', 'outbox', 'turns', 'sessions', 'typebot_integrations', 'instances', 'session_events']) {
    await sql.unsafe(`alter table ${table} add column next_version text, add column next_count integer not null default 7`);
    await sleep(200);
  }
  await sql.unsafe('create table next_table (id uuid primary key, data jsonb not null)');
  await sql.unsafe('create index concurrently next_index on sessions (next_count)');
}

test('a migration does not disturb running workers, which are replaced one by one meanwhile', { timeout: 120_000 }, async () => {
  const instanceId = await pipeline.register({ url: typebot.url, publicId: 'echo' });
  const workers = [await pipeline.spawnWorker(), await pipeline.spawnWorker()];
  const published: Published[] = [];
  let isOver = false;
  // Sixty messages a second in sixty chats.
  const publishing = (async () => {
    while (!isOver) {
      const batch = Array.from({ length: 30 }, (_, place): Published => {
        const index = published.length + place;
        const jid = `55313${String(index % 60).padStart(8, '0')}@s.whatsapp.net`;
        return { event: inboundText({ instanceId, jid, keyId: `key-${index}`, text: `${instanceId}/${index}` }), ends: 'answered' };
      });
      published.push(...batch);
      await pipeline.inbound.addBulk(batch.map(({ event }) => ({ name: 'message', data: event })));
      await sleep(500);
    }
  })();
  await waitUntil(() => typebot.heard.length > 30, { what: 'work', timeoutMs: 20_000 });
  const migrating = migrateFurther();
  const exits: (number | null)[] = [];
  for (const worker of workers) {
    await pipeline.spawnWorker();
    exits.push(await worker.stop());
  }
  await migrating;
  const heard = typebot.heard.length;
  await waitUntil(() => typebot.heard.length > heard + 60, { what: 'work after the migration', timeoutMs: 20_000 });
  isOver = true;
  await publishing;
  const outcomes = await pipeline.tables.handled(instanceId, published.length, 40_000);
  await pipeline.tables.acknowledged(instanceId);

  expect(exits).toEqual([0, 0]);
  expect(outcomes.filter(({ final }) => final !== 'answered')).toEqual([]);
  const replies = pipeline.consumer.deliveries.map(({ reply }) => reply);
  expect(faultsOf({ instanceId, published, arrivals: arrivalsOf(typebot.heard), outcomes, replies, uncertainMax: 0 })).toEqual([]);
});

const chat = { jid: '5531999990000@s.whatsapp.net' };

test('settings written by a newer version: the known ones apply, and the log names the others', async () => {
  const settings = { trigger: { type: 'keyword', operator: 'equals', value: 'menu' } } as const;
  const instanceId = await pipeline.register({ url: typebot.url, publicId: 'echo', settings });
  await pipeline.database.sql`
    update typebot_integrations set settings = settings || '{"mood": "sunny", "delivery": "exactly-once"}' where instance_id = ${instanceId}`;
  await pipeline.startWorker();
  await pipeline.say({ instanceId, ...chat }, 'hello');
  await pipeline.say({ instanceId, ...chat }, 'menu');
  const outcomes = await pipeline.tables.handled(instanceId, 2);
  expect(outcomes.map(({ final }) => final)).toEqual(['ignored', 'answered']);
  const errors = pipeline.logs.filter(({ msg }) => msg === 'settings.unreadable');
  expect(errors).toMatchObject([{ dropped: expect.arrayContaining(['mood', 'delivery']) as unknown }]);
});
