import { type FakeTypebot, inboundText, startFakeTypebot, startTcpProxy, type TcpProxy } from '@typelane/testkit';
import { afterEach, beforeEach, expect, inject, test } from 'vitest';
import { said } from './chaos/said.ts';
import { type Pipeline, startPipeline } from './harness.ts';
import { echoBot } from './order/echo-bot.ts';

/** PostgreSQL commits and its answer is lost: the worker must find out and must not repeat the work. */
let typebot: FakeTypebot;
let pipeline: Pipeline;
let road: TcpProxy;

beforeEach(async () => {
  typebot = await startFakeTypebot({ bots: { echo: echoBot }, latencyMs: 5 });
  pipeline = await startPipeline({ typebots: [typebot.url], workers: 0 });
  road = await startTcpProxy({ port: Number(new URL(inject('databaseUrl')).port) });
});

afterEach(async () => {
  await pipeline.close();
  await road.close();
  await typebot.close();
  typebot.assertClean();
});

const jid = '5531999990000@s.whatsapp.net';

test.each([
  ['C3: the answer to taking an event in is lost', 'stone', 'toServer', 'after'],
  ['the statement that takes an event in is lost on its way', 'stone', 'toServer', 'before'],
  ['C10: the answer to the commit of a reply is lost', 'heard stone', 'toServer', 'after'],
  ['the commit of a reply is lost on its way', 'heard stone', 'toServer', 'before'],
  ['a chat is loaded and its row is lost on its way back', 'stone', 'toClient', 'before'],
] as const)(
  '%s: Typebot receives every message once and every message is answered once',
  { timeout: 60_000 },
  async (_what, pattern, direction, when) => {
    const worker = await pipeline.spawnWorker({ DATABASE_URL: road.through(pipeline.env.DATABASE_URL) });
    const instanceId = await pipeline.register({ url: typebot.url, publicId: 'echo' });
    await pipeline.say({ instanceId, jid }, 'one');
    await pipeline.tables.handled(instanceId, 1);

    const cut = road.cutOn(pattern, when, direction);
    for (const text of ['stone', 'three']) await pipeline.say({ instanceId, jid }, text);
    await cut;
    const outcomes = await pipeline.tables.handled(instanceId, 3, 30_000);
    await pipeline.tables.acknowledged(instanceId);

    expect(outcomes.map(({ final }) => final)).toEqual(['answered', 'answered', 'answered']);
    expect(typebot.heard.map(said)).toEqual(['one', 'stone', 'three']);
    expect(pipeline.consumer.textsTo(instanceId)).toEqual(['started by one', 'heard stone', 'heard three']);
    expect(await worker.stop()).toBe(0);
  },
);

test.each([
  [2, 'stone/', 'the answer to the commit of several calls'],
  [50, 'stone/', 'the answer to the commit of many calls'],
  [50, 'heard stone/', 'the answer to the commit of many replies'],
] as const)(
  '%i chats write at once (%s) and %s is lost: Typebot receives every message once, each is answered once, and none is uncertain',
  { timeout: 60_000 },
  async (chats, pattern, _what) => {
    const worker = await pipeline.spawnWorker({ DATABASE_URL: road.through(pipeline.env.DATABASE_URL) });
    const instanceId = await pipeline.register({ url: typebot.url, publicId: 'echo' });
    const jids = Array.from({ length: chats }, (_, index) => `55319${String(index).padStart(8, '0')}@s.whatsapp.net`);
    const all = (text: string) =>
      pipeline.inbound.addBulk(jids.map((from) => ({ name: 'message', data: inboundText({ instanceId, jid: from, text }) })));
    await all('one');
    await pipeline.tables.handled(instanceId, chats);

    // The event itself is put into inboxes by the first piece that holds these words; the steps follow.
    const words = pattern.startsWith('heard') ? pattern : '"calling"';
    const cuts = [road.cutOn(words, 'after'), road.cutOn(words, 'after')];
    await all('stone/');
    await Promise.all(cuts.slice(0, chats > 2 ? 2 : 1));
    const outcomes = await pipeline.tables.handled(instanceId, 2 * chats, 30_000);
    await pipeline.tables.acknowledged(instanceId);

    expect(outcomes.filter(({ final }) => final !== 'answered')).toEqual([]);
    expect(typebot.heard.filter(({ message }) => message === 'stone/')).toHaveLength(chats);
    expect(pipeline.consumer.textsTo(instanceId).filter((text) => text === 'heard stone/')).toHaveLength(chats);
    expect(await worker.stop()).toBe(0);
  },
);
