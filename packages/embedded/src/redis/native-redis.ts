import { execFile } from 'node:child_process';
import { access, constants, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { Redis } from 'ioredis';
import { EmbeddedError } from '../embedded-error.ts';
import { freePort } from '../free-port.ts';
import { processCommand, processFolder, processStartedAt } from '../process-identity.ts';
import type { ServerLog } from '../server-log.ts';
import { spawnServer, stopOrphan } from '../server-process.ts';
import type { ServerProcess, StopStep } from '../server-process.ts';
import { redisUrl } from './redis.ts';
import type { RunningRedis } from './redis.ts';

export type NativeRedisKind = 'redis-server' | 'valkey-server';

const run = promisify(execFile);
const startTimeoutMs = 120_000;
const attempts = 5;
/** BullMQ asks for 6.2. */
const oldestVersion = [6, 2] as const;
const stopSteps: readonly StopStep[] = [
  { signal: 'SIGTERM', waitMs: 30_000 },
  { signal: 'SIGKILL', waitMs: 5_000 },
];

export type NativeRedisOptions = { program: string; folder: string; password: string; durable: boolean; log: ServerLog };

/** The program on PATH, when it is there, runs and is new enough. */
export async function findNativeRedis(kind: NativeRedisKind): Promise<string | null> {
  for (const folder of (process.env['PATH'] ?? '').split(delimiter).filter((entry) => entry !== '')) {
    // Not resolved further: the packages install one program under several names, and it looks at the name it was called by.
    const program = join(folder, kind);
    const isThere = await access(program, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (isThere && (await isNewEnough(program))) return program;
  }
  return null;
}

/**
 * Starts the server with an append-only file, written to disk once a second. Asks `choosePort` again when another program was faster
 * on the port. Throws EmbeddedError.
 */
export async function startNativeRedis(options: NativeRedisOptions, choosePort: () => Promise<number> = freePort): Promise<RunningRedis> {
  let last = '';
  for (let attempt = 1; attempt <= attempts; attempt += 1) {
    const port = await choosePort();
    const server = await spawnRedis(options, port);
    const outcome = await untilReady(server, redisUrl(port, options.password));
    if (outcome === 'ready') return { port, pid: server.pid, ended: server.exited, stop: () => server.stop(stopSteps) };
    last = await options.log.tail();
    if (outcome === 'timeout') await server.stop(stopSteps);
    if (!last.includes('Address already in use')) break;
  }
  throw new EmbeddedError('REDIS_FAILED', `${options.program} did not start in ${options.folder}. Its log ends with:\n${last}`);
}

/** Shuts down a server that an earlier process left running on this folder. Returns the pid it stopped. */
export async function stopLeftoverRedis(folder: string): Promise<number | null> {
  const pidFile = join(folder, 'redis.pid');
  const pid = Number(await readFile(pidFile, 'utf8').catch(() => ''));
  if (!Number.isSafeInteger(pid) || pid <= 0 || (await processStartedAt(pid)) === null) return null;
  const command = (await processCommand(pid)) ?? '';
  const workingFolder = await processFolder(pid);
  const isOurs = /\b(redis|valkey)-server\b/.test(command) && (workingFolder === null || workingFolder === (await realpath(folder)));
  if (!isOurs) {
    await rm(pidFile, { force: true });
    return null;
  }
  if (!(await stopOrphan(pid, stopSteps).catch(() => false))) {
    throw new EmbeddedError('DATA_DIR_IN_USE', `A server (${command}, pid ${pid}) still runs on ${folder} and cannot be stopped.`);
  }
  return pid;
}

async function isNewEnough(program: string): Promise<boolean> {
  try {
    const { stdout } = await run(program, ['--version']);
    const [, major, minor] = /v=(\d+)\.(\d+)/.exec(stdout) ?? [];
    const [oldestMajor, oldestMinor] = oldestVersion;
    return Number(major) > oldestMajor || (Number(major) === oldestMajor && Number(minor) >= oldestMinor);
  } catch {
    return false;
  }
}

async function spawnRedis({ program, folder, password, durable, log }: NativeRedisOptions, port: number): Promise<ServerProcess> {
  // A file rather than arguments: those can be read by every user of the machine.
  const configFile = join(folder, 'redis.conf');
  await writeFile(configFile, configuration(folder, port, password, durable), { mode: 0o600 });
  return spawnServer({
    command: program,
    args: [configFile],
    cwd: folder,
    env: { PATH: process.env['PATH'], LC_ALL: 'C', TZ: 'UTC' },
    logFd: log.fd,
    account: null,
    orphanSignal: 'TERM',
  });
}

function configuration(folder: string, port: number, password: string, durable: boolean): string {
  const lines = [
    'bind 127.0.0.1',
    `port ${port}`,
    `requirepass ${password}`,
    `dir ${JSON.stringify(folder)}`,
    `pidfile ${JSON.stringify(join(folder, 'redis.pid'))}`,
    'daemonize no',
    'logfile ""',
    'save ""',
    `appendonly ${durable ? 'yes' : 'no'}`,
    'appendfsync everysec',
    'maxmemory-policy noeviction',
  ];
  return `${lines.join('\n')}\n`;
}

async function untilReady(server: ServerProcess, url: string): Promise<'ready' | 'exited' | 'timeout'> {
  const until = Date.now() + startTimeoutMs;
  while (Date.now() < until) {
    if (server.hasExited()) return 'exited';
    const ended = server.exited.then(() => false);
    if (await Promise.race([isServing(url, server.pid), ended])) return 'ready';
    await delay(10);
  }
  return 'timeout';
}

/**
 * False while the server still reads its data (it answers every command with LOADING then), and when it is another program that
 * answers on this port, or does not answer at all.
 */
async function isServing(url: string, pid: number): Promise<boolean> {
  const redis = new Redis(url, {
    lazyConnect: true,
    enableReadyCheck: false,
    retryStrategy: () => null,
    connectTimeout: 1_000,
    commandTimeout: 1_000,
    // A refused attempt leaves a timer behind that would keep this process alive for as long.
    disconnectTimeout: 50,
  });
  redis.on('error', () => undefined);
  try {
    await redis.connect();
    await redis.ping();
    return (await redis.info('server')).includes(`process_id:${pid}\r`);
  } catch {
    return false;
  } finally {
    redis.disconnect();
  }
}
