import { type FakeTypebot, inboundText, startFakeTypebot, waitUntil } from '@typelane/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { ChildWorker } from './child-worker.ts';
import type { Alteration } from './faults/alter.ts';
import { alteredEnv } from './faults/altered-env.ts';
import { type Pipeline, startPipeline } from './harness.ts';
import { finalOf } from './tables.ts';
import { echoBot } from './order/echo-bot.ts';

/** An event that kills every worker that processes it kills three of them and affects no other chat. */
let typebot: FakeTypebot;
let pipeline: Pipeline;

beforeAll(async () => {
  typebot = await startFakeTypebot({ bots: { echo: echoBot } });
});

afterAll(async () => {
  await typebot.close();
});

const poison = 'poison';
const turn = 'apps/worker/src/converse/turn.ts';
const loaded = 'if (loaded === null) return false;';
const isPoison = `JSON.stringify(loaded.head).includes('${poison}')`;

/** The bug: what a worker does with the words. */
const dies: Alteration = { file: turn, from: loaded, to: `${loaded} if (${isPoison}) process.kill(process.pid, 'SIGKILL');` };
const fails: Alteration = { file: turn, from: loaded, to: `${loaded} if (${isPoison}) throw new Error('Expected no poison');` };

async function withPipeline(run: (instanceId: string) => Promise<void>): Promise<void> {
  pipeline = await startPipeline({ typebots: [typebot.url], workers: 0 });
  try {
    await run(await pipeline.register({ url: typebot.url, publicId: 'echo' }));
  } finally {
    await pipeline.close();
  }
}

const jidOf = (chat: number): string => `55316${String(chat).padStart(8, '0')}@s.whatsapp.net`;

function say(instanceId: string, chat: number, text: string): Promise<unknown> {
  return pipeline.publish(inboundText({ instanceId, jid: jidOf(chat), keyId: `${chat}-${text}`, text }));
}

const ended = async (instanceId: string): Promise<Record<string, string | null>> => pipeline.tables.finals(instanceId);

async function finalsOf(instanceId: string, chat: number): Promise<(string | null)[]> {
  return (await pipeline.tables.outcomes(instanceId)).filter(({ jid }) => jid === jidOf(chat)).map(finalOf);
}

test('an event that kills every worker is dead after the third worker, and all conversations continue', { timeout: 90_000 }, async () => {
  await withPipeline(async (instanceId) => {
    const deaths: ChildWorker[] = [];
    const others = [1, 2, 3, 4, 5, 6, 7, 8];
    let worker = await pipeline.spawnWorker(alteredEnv([dies]));
    await say(instanceId, 0, 'before');
    await pipeline.tables.handled(instanceId, 1);
    await say(instanceId, 0, poison);
    await say(instanceId, 0, 'after');
    // Published while workers die: each worker is processing one of them at the time.
    for (const chat of others) await say(instanceId, chat, 'hello');

    await waitUntil(
      async () => {
        if (worker.isAlive()) return typeof (await ended(instanceId))[`0-${poison}`] === 'string';
        deaths.push(worker);
        worker = await pipeline.spawnWorker(alteredEnv([dies]));
        return false;
      },
      { what: 'the poison to be given up', timeoutMs: 60_000 },
    );
    const outcomes = await pipeline.tables.handled(instanceId, others.length + 3, 20_000);

    // A message that arrives at once ('after') may cost one more worker, since it sends its own wake-up.
    expect([3, 4]).toContain(deaths.length);
    expect(await finalsOf(instanceId, 0)).toEqual(['answered', 'dead: poison', 'answered']);
    // No worker died during a call: a lost call would be uncertain.
    expect(outcomes.filter(({ final }) => final === 'answered').length).toBe(others.length + 2);
    await pipeline.tables.acknowledged(instanceId);
    expect(pipeline.consumer.textsTo(instanceId, jidOf(0))).toEqual(['started by before', 'heard after']);
    expect(worker.isAlive()).toBe(true);
    expect(await worker.stop()).toBe(0);
  });
});

test('a contact who keeps writing behind such an event costs at most one more worker', { timeout: 120_000 }, async () => {
  await withPipeline(async (instanceId) => {
    let deaths = 0;
    let said = 0;
    let worker = await pipeline.spawnWorker(alteredEnv([dies]));
    await say(instanceId, 0, poison);
    await waitUntil(
      async () => {
        await say(instanceId, 0, `more-${(said += 1)}`);
        if (worker.isAlive()) return typeof (await ended(instanceId))[`0-${poison}`] === 'string';
        deaths += 1;
        worker = await pipeline.spawnWorker(alteredEnv([dies]));
        return deaths > 5;
      },
      { what: 'the poison to be given up', timeoutMs: 90_000, everyMs: 300 },
    );
    // A message that arrives within five seconds of the first death may cost one more worker, but only one: docs/guarantees.md.
    expect([3, 4]).toContain(deaths);
    const outcomes = await pipeline.tables.handled(instanceId, said + 1, 20_000);
    expect(outcomes.map(finalOf)).toEqual(['dead: poison', ...Array.from({ length: said }, () => 'answered')]);
    expect(await worker.stop()).toBe(0);
  });
});

test('an event that makes every worker throw is dead too, and ends no worker', { timeout: 60_000 }, async () => {
  await withPipeline(async (instanceId) => {
    const worker = await pipeline.spawnWorker(alteredEnv([fails]));
    for (const text of [poison, 'after']) await say(instanceId, 0, text);
    await pipeline.tables.handled(instanceId, 2, 40_000);
    expect(await finalsOf(instanceId, 0)).toEqual(['dead: poison', 'answered']);
    expect(await worker.stop()).toBe(0);
  });
});

test(
  'a conversation that the sweep wakes repeatedly while it waits for its host is not given up as poison',
  { timeout: 60_000 },
  async () => {
    const down = await startFakeTypebot({ bots: { echo: echoBot } });
    await down.close();
    pipeline = await startPipeline({ typebots: [down.url] });
    try {
      const instanceId = await pipeline.register({ url: down.url, publicId: 'echo' });
      for (let chat = 0; chat < 12; chat += 1) await say(instanceId, chat, 'hello');
      const sweeps = () => pipeline.logs.filter(({ msg, woken }) => msg === 'sweep.done' && Number(woken) > 0).length;
      await waitUntil(
        async () => {
          await letSweepFind(instanceId);
          return sweeps() >= 6;
        },
        { what: 'six sweeps that wake conversations', timeoutMs: 40_000, everyMs: 200 },
      );
      const rows = await pipeline.database.sql<{ tries: number }[]>`select max(delivery_attempts) as tries from conversations`;
      expect(rows[0]?.tries).toBeLessThanOrEqual(1);
      expect((await pipeline.tables.outcomes(instanceId)).filter(({ reason }) => reason === 'poison')).toEqual([]);
    } finally {
      await pipeline.close();
    }
  },
);

const ask = 'input = await callTypebot(next.ask, admission, committedAt, context, deps);';

test('with at-least-once, a call that kills every worker ends as uncertain after the eighth', { timeout: 90_000 }, async () => {
  const diesOfCall: Alteration = { file: turn, from: ask, to: `if (${isPoison}) process.kill(process.pid, 'SIGKILL'); ${ask}` };
  pipeline = await startPipeline({ typebots: [typebot.url], workers: 0 });
  try {
    const instanceId = await pipeline.register({ url: typebot.url, publicId: 'echo', settings: { delivery: 'at-least-once' } });
    let deaths = 0;
    let worker = await pipeline.spawnWorker(alteredEnv([diesOfCall]));
    await say(instanceId, 0, 'before');
    await pipeline.tables.handled(instanceId, 1);
    for (const text of [poison, 'after']) await say(instanceId, 0, text);
    await waitUntil(
      async () => {
        if ((await ended(instanceId))['0-after'] === 'answered') return true;
        if (!worker.isAlive()) {
          deaths += 1;
          worker = await pipeline.spawnWorker(alteredEnv([diesOfCall]));
        }
        await hurry(instanceId);
        return false;
      },
      { what: 'the end of the call', timeoutMs: 80_000, everyMs: 100 },
    );
    expect(await finalsOf(instanceId, 0)).toEqual(['answered', 'uncertain: worker_lost', 'answered']);
    expect(deaths).toBe(8);
    expect(await worker.stop()).toBe(0);
  } finally {
    await pipeline.close();
  }
});

/** Lets the sweep find conversations whose retry is already planned, which it would otherwise skip. */
async function letSweepFind(instanceId: string): Promise<void> {
  await pipeline.database.sql`
    update conversations set updated_at = clock_timestamp() - interval '1 minute' where instance_id = ${instanceId}`;
}

/** Ends the waits of the instance's chats as if they were due. */
async function hurry(instanceId: string): Promise<void> {
  const rows = await pipeline.database.sql<{ conversationId: string; instanceId: string }[]>`
    update conversations set not_before = null, quarantine_until = null, open_call_until = case when open_call_until is null then null else clock_timestamp() end,
      state = jsonb_set(state, '{dueAt}', '0', false)
    where instance_id = ${instanceId} and in_seq > handled_seq and updated_at < clock_timestamp() - interval '300 ms'
    returning conversation_id as "conversationId", instance_id as "instanceId"`;
  await pipeline.wake(rows);
}
