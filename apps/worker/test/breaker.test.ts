import { type FakeTypebot, moods, startFakeTypebot, waitUntil } from '@typelane/testkit';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { alteredEnv } from './faults/altered-env.ts';
import { createGate, type Gate } from './gate.ts';
import { type Pipeline, startPipeline } from './harness.ts';
import { finalOf } from './tables.ts';
import { arrivalsOf, echoBot } from './order/echo-bot.ts';

/** A Typebot host that is down: its conversations wait in order without using concurrency, and no other conversation waits. */
let typebot: FakeTypebot;
let gate: Gate;
let pipeline: Pipeline;

beforeAll(async () => {
  typebot = await startFakeTypebot({ bots: { echo: echoBot } });
});

afterAll(async () => {
  await typebot.close();
});

beforeEach(async () => {
  gate = await createGate(typebot.url);
});

afterEach(async () => {
  await pipeline.close();
  await gate.close();
  typebot.assertClean();
});

const jidOf = (chat: number): string => `55314${String(chat).padStart(8, '0')}@s.whatsapp.net`;

test(
  'conversations of a host that is down wait while others are answered, and continue in order when it is back',
  { timeout: 60_000 },
  async () => {
    pipeline = await startPipeline({ typebots: [typebot.url, gate.url], concurrency: 10, sweepMs: 60_000 });
    const down = await pipeline.register({ url: gate.url, publicId: 'echo' });
    const well = await pipeline.register({ url: typebot.url, publicId: 'echo' });
    const chats = Array.from({ length: 40 }, (_, chat) => chat);
    await gate.close();
    for (const chat of chats)
      for (const text of ['one', 'two']) await pipeline.say({ instanceId: down, jid: jidOf(chat) }, `${text} ${chat}`);
    await waitUntil(() => msgs().includes('host.down'), { what: 'the host to be left alone' });

    // The host comes back only when these are answered, so a chat that waited for it would never finish.
    for (const chat of chats.slice(0, 10)) await pipeline.say({ instanceId: well, jid: jidOf(chat) }, 'hello');
    await pipeline.tables.handled(well, 10);
    // These were not admitted, so nothing was written for them.
    expect(await untouched(down)).toBeGreaterThan(20);

    await gate.open();
    const outcomes = await pipeline.tables.handled(down, chats.length * 2, 30_000);
    expect(outcomes.filter(({ final }) => final !== 'answered')).toEqual([]);
    const heard = arrivalsOf(typebot.heard).filter(({ instanceId }) => instanceId === down);
    for (const chat of chats) {
      expect(heard.map(({ said }) => said).filter((said) => said.endsWith(` ${chat}`))).toEqual([`one ${chat}`, `two ${chat}`]);
    }
    const told = pipeline.logs.filter(({ msg }) => msg.startsWith('host.'));
    expect(told).toMatchObject([
      { msg: 'host.down', host: gate.url },
      { msg: 'host.up', host: gate.url },
    ]);
  },
);

test(
  'contacts whose messages waited too long for a host that is down receive a notice, and later messages are answered',
  { timeout: 120_000 },
  async () => {
    pipeline = await startPipeline({ typebots: [typebot.url, gate.url], workers: 0 });
    const settings = { errorMessage: 'Tente mais tarde.' };
    const instanceId = await pipeline.register({ url: gate.url, publicId: 'echo', settings });
    // The limit is a constant in core; this worker runs with a shorter one.
    const shortened = { file: 'packages/core/src/conversation/call-failure.ts', from: 'holdMaxMs = 300_000', to: 'holdMaxMs = 4_000' };
    const worker = await pipeline.spawnWorker(alteredEnv([shortened]));
    await gate.close();
    const from = performance.now();
    for (let chat = 0; chat < 10; chat += 1) await pipeline.say({ instanceId, jid: jidOf(chat) }, `lost ${chat}`);
    const told = await waitUntil(
      async () => {
        const ended = (await pipeline.tables.outcomes(instanceId)).filter(({ final }) => final !== null);
        return ended.length >= 10 && ended;
      },
      { what: 'contacts to be told', timeoutMs: 30_000 },
    );
    expect(performance.now() - from).toBeGreaterThan(4_000);
    expect(told.map(finalOf)).toEqual(Array<string>(10).fill('dead: bot_unreachable'));
    await pipeline.tables.acknowledged(instanceId);
    for (const { jid } of told) expect(pipeline.consumer.textsTo(instanceId, jid)).toEqual(['Tente mais tarde.']);

    await gate.open();
    await pipeline.say({ instanceId, jid: jidOf(11) }, 'found');
    const later = await pipeline.tables.handled(instanceId, 11, 60_000);
    expect(later.filter(({ final }) => final === 'answered').length).toBe(1);
    expect(await worker.stop()).toBe(0);
  },
);

test.each(['429', '503'])(
  'a host that answers %s with Retry-After is not called by any conversation until then',
  { timeout: 30_000 },
  async (status) => {
    pipeline = await startPipeline({ typebots: [typebot.url, gate.url] });
    const instanceId = await pipeline.register({ url: gate.url, publicId: 'echo', instanceId: `limited-${status}` });
    const other = await pipeline.register({ url: typebot.url, publicId: 'echo', instanceId: `other-${status}` });
    const begun = typebot.heard.length;
    typebot.nextMood(status === '429' ? moods.tooManyRequests('3') : moods.unavailable('3'), { kind: 'start' });
    await pipeline.say({ instanceId, jid: jidOf(0) }, 'first');
    await waitUntil(() => typebot.heard.length > begun, { what: 'the answer that asks for time' });
    for (const chat of [1, 2, 3]) await pipeline.say({ instanceId, jid: jidOf(chat) }, 'me too');
    // Another address of the same Typebot is another host.
    await pipeline.say({ instanceId: other, jid: jidOf(4) }, 'and me?');
    await pipeline.tables.handled(other, 1, 2_000);

    const outcomes = await pipeline.tables.handled(instanceId, 4);
    expect(outcomes.map(finalOf)).toEqual(Array<string>(4).fill('answered'));
    const [asking, ...rest] = typebot.heard.slice(begun).filter(({ variables }) => variables?.['instanceInstanceId'] === instanceId);
    for (const { at } of rest) expect(at - (asking?.at ?? 0)).toBeGreaterThanOrEqual(3_000);
  },
);

const msgs = (): string[] => pipeline.logs.map(({ msg }) => msg);

/** Chats that have inbox rows but no turn yet. */
async function untouched(instanceId: string): Promise<number> {
  const [row] = await pipeline.database.sql<{ count: number }[]>`
    select count(*) as count from conversations where instance_id = ${instanceId} and version = 0`;
  return Number(row?.count);
}
