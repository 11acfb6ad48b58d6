import { randomBytes } from 'node:crypto';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { lockDataDir } from '../data-lock.ts';
import type { DataLock } from '../data-lock.ts';
import { EmbeddedError, systemCode } from '../embedded-error.ts';
import { makeFolder, reason } from '../folder.ts';
import { openServerLog } from '../server-log.ts';
import type { ServerLog } from '../server-log.ts';
import { findNativeRedis, startNativeRedis, stopLeftoverRedis } from './native-redis.ts';
import { redisUrl } from './redis.ts';
import type { RedisKind, RunningRedis } from './redis.ts';
import { startValkeyWasm } from './valkey-wasm.ts';

export type StartRedisOptions = {
  /** The data folder; the server's data lives in `redis/` below it. Created when missing. */
  dataDir: string;
  /** Receives a sentence for the operator now and then. */
  log?: (line: string) => void;
  /** Only this server; by default the first that runs here: redis-server, valkey-server, valkey-wasm. */
  kind?: RedisKind;
  /** False for tests: nothing is kept. Default true. */
  durable?: boolean;
  /** Called once if the server ends without `stop()`, with a sentence that says how. */
  onExit?: (sentence: string) => void;
};

export type EmbeddedRedis = {
  /** With the password; loopback only. */
  url: string;
  kind: RedisKind;
  /** Null for `valkey-wasm`, which is a thread of this process. */
  pid: number | null;
  /** Saves, shuts down and resolves when the server is gone. Further calls wait for the same end. */
  stop(): Promise<void>;
};

/**
 * Starts a real Redis or Valkey server on a free loopback port. A server that an earlier, killed process left behind is shut down
 * first. `redis-server` and `valkey-server` (from PATH, 6.2 or later) keep an append-only file and lose at most a second in a crash
 * of the machine and nothing in a crash of this process; `valkey-wasm` may lose the last seconds in both. Throws EmbeddedError.
 */
export async function startRedis(options: StartRedisOptions): Promise<EmbeddedRedis> {
  const log = options.log ?? (() => undefined);
  const folder = join(resolve(options.dataDir), 'redis');
  await makeFolder(options.dataDir);
  await makeFolder(folder, 0o700);
  const lock = await lockDataDir(folder);
  try {
    return await startLocked(options, folder, lock, log);
  } catch (thrown) {
    await lock.release();
    if (thrown instanceof EmbeddedError) throw thrown;
    throw new EmbeddedError('REDIS_FAILED', `Redis could not be started in ${folder}: ${reason(thrown)}.`, thrown);
  }
}

type Choice = { kind: 'redis-server' | 'valkey-server'; program: string } | { kind: 'valkey-wasm' };

async function startLocked(
  options: StartRedisOptions,
  folder: string,
  lock: DataLock,
  log: (line: string) => void,
): Promise<EmbeddedRedis> {
  const stopped = await stopLeftoverRedis(folder);
  if (stopped !== null) log(`A Redis server (pid ${stopped}) was left running by an earlier process; it has been shut down.`);
  const choice = await choose(folder, options.kind ?? null);
  const password = await ensurePassword(folder);
  const serverLog = await openServerLog(join(folder, 'redis.log'));
  try {
    const redis = await launch(choice, { folder, password, durable: options.durable ?? true, serverLog, log });
    log(`${choice.kind} runs on 127.0.0.1:${redis.port}${redis.pid === null ? '' : ` (pid ${redis.pid})`}, data in ${folder}.`);
    return running({ redis, kind: choice.kind, password, lock, serverLog, onExit: options.onExit });
  } catch (thrown) {
    await serverLog.close();
    throw thrown;
  }
}

/** Neither kind reads the other's files, so a folder that holds data decides for the kind that wrote it. */
async function choose(folder: string, wanted: RedisKind | null): Promise<Choice> {
  const files = await readdir(folder);
  const holdsNative = files.includes('appendonlydir') || files.includes('appendonly.aof');
  const holdsWasm = files.includes('dump.rdb');
  if (holdsNative && wanted === 'valkey-wasm') throw otherKind(folder, 'redis-server', 'valkey-wasm');
  if (holdsWasm && wanted !== null && wanted !== 'valkey-wasm') throw otherKind(folder, 'valkey-wasm', wanted);
  if (wanted === 'valkey-wasm' || (holdsWasm && wanted === null)) return { kind: 'valkey-wasm' };
  for (const kind of ['redis-server', 'valkey-server'] as const) {
    const program = wanted === null || wanted === kind ? await findNativeRedis(kind) : null;
    if (program !== null) return { kind, program };
  }
  if (holdsNative) throw otherKind(folder, 'redis-server', 'valkey-wasm');
  if (wanted !== null) throw new EmbeddedError('REDIS_NOT_FOUND', `There is no ${wanted} 6.2 or later on PATH.`);
  return { kind: 'valkey-wasm' };
}

function otherKind(folder: string, holdsReplies: RedisKind, have: RedisKind): EmbeddedError {
  return new EmbeddedError(
    'REDIS_OTHER_KIND',
    `The data in ${folder} was written by ${holdsReplies}, which ${have} does not read. ` +
      `Use ${holdsReplies} again (on PATH), or move the folder away to start with an empty one, or set REDIS_URL.`,
  );
}

type LaunchContext = { folder: string; password: string; durable: boolean; serverLog: ServerLog; log: (line: string) => void };

async function launch(choice: Choice, { folder, password, durable, serverLog, log }: LaunchContext): Promise<RunningRedis> {
  if (choice.kind !== 'valkey-wasm') return startNativeRedis({ program: choice.program, folder, password, durable, log: serverLog });
  try {
    return await startValkeyWasm({ folder, logFd: serverLog.fd, password, durable }, log);
  } catch (thrown) {
    const last = await serverLog.tail();
    throw new EmbeddedError('REDIS_FAILED', `Valkey did not start in ${folder}: ${reason(thrown)}. Its log ends with:\n${last}`, thrown);
  }
}

/** Every user of the machine can reach a loopback port, so there is a password; it stays the same from start to start. */
async function ensurePassword(folder: string): Promise<string> {
  const path = join(folder, 'password');
  try {
    await writeFile(path, randomBytes(24).toString('hex'), { mode: 0o600, flag: 'wx' });
  } catch (thrown) {
    if (systemCode(thrown) !== 'EEXIST') throw thrown;
  }
  return (await readFile(path, 'utf8')).trim();
}

type Parts = {
  redis: RunningRedis;
  kind: RedisKind;
  password: string;
  lock: DataLock;
  serverLog: ServerLog;
  onExit: StartRedisOptions['onExit'] | undefined;
};

function running({ redis, kind, password, lock, serverLog, onExit }: Parts): EmbeddedRedis {
  let stopping: Promise<void> | null = null;
  const tidied = redis.ended.then(async (how) => {
    const last = stopping === null ? await serverLog.tail() : '';
    await serverLog.close();
    await lock.release();
    if (stopping === null) onExit?.(`The embedded ${kind} ended by itself with ${how}. Its log ends with:\n${last}`);
  });
  return {
    url: redisUrl(redis.port, password),
    kind,
    pid: redis.pid,
    stop: () => (stopping ??= redis.stop().then(() => tidied)),
  };
}
