import { type FakeTypebot, inboundText, startFakeTypebot, waitUntil } from '@typelane/testkit';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Pipeline, startPipeline } from './harness.ts';
import { arrivalsOf, echoBot } from './order/echo-bot.ts';
import { faultsOf, type Published } from './order/history.ts';

/**
 * PostgreSQL may end a worker's connections at any moment: a failover, a restart, an operator. postgres.js 3.4.9 ends the process
 * when that happens during a transaction. patches/ contains the fix, and this test proves it.
 */
let typebot: FakeTypebot;
let pipeline: Pipeline;

beforeEach(async () => {
  typebot = await startFakeTypebot({ bots: { echo: echoBot }, latencyMs: 10 });
  pipeline = await startPipeline({ typebots: [typebot.url], workers: 0 });
});

afterEach(async () => {
  await pipeline.close();
  await typebot.close();
});

const chats = 40;
const messages = 6;

test(
  'a worker whose database connections are ended under load keeps running, and every event is answered once',
  { timeout: 90_000 },
  async () => {
    const worker = await pipeline.spawnWorker();
    const instanceId = await pipeline.register({ url: typebot.url, publicId: 'echo' });
    const published = Array.from({ length: chats * messages }, (_, index): Published => {
      const jid = `55319${String(index % chats).padStart(8, '0')}@s.whatsapp.net`;
      return { event: inboundText({ instanceId, jid, keyId: `key-${index}`, text: `${instanceId}/${index}` }), ends: 'answered' };
    });

    let ended = 0;
    for (let from = 0; from < published.length; from += chats) {
      const heard = typebot.heard.length;
      await pipeline.inbound.addBulk(published.slice(from, from + chats).map(({ event }) => ({ name: 'message', data: event })));
      await waitUntil(() => typebot.heard.length > heard + chats / 4, { what: 'some of them to be asked', timeoutMs: 20_000, everyMs: 1 });
      ended += await endConnections();
    }
    const outcomes = await pipeline.tables.handled(instanceId, published.length, 60_000);
    await pipeline.tables.acknowledged(instanceId);

    expect(ended).toBeGreaterThan(messages);
    expect(worker.isAlive()).toBe(true);
    const replies = pipeline.consumer.deliveries.map(({ reply }) => reply);
    expect(faultsOf({ instanceId, published, arrivals: arrivalsOf(typebot.heard), outcomes, replies, uncertainMax: Infinity })).toEqual([]);
    expect(await worker.stop()).toBe(0);
    // The worker never died, so it knows how each of its calls ended.
    expect(outcomes.filter(({ final }) => final !== 'answered')).toEqual([]);
  },
);

async function endConnections(): Promise<number> {
  const rows = await pipeline.database.sql`
    select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'typelane-worker' and datname = current_database()`;
  return rows.length;
}
