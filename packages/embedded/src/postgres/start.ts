import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { lockDataDir } from '../data-lock.ts';
import type { DataLock } from '../data-lock.ts';
import { EmbeddedError } from '../embedded-error.ts';
import { reason } from '../folder.ts';
import { freePort } from '../free-port.ts';
import { openServerLog } from '../server-log.ts';
import type { ServerLog } from '../server-log.ts';
import { spawnServer } from '../server-process.ts';
import type { ServerProcess } from '../server-process.ts';
import { findBinaries } from './binaries.ts';
import type { PostgresBinaries } from './binaries.ts';
import { clusterMajor, createCluster, readPassword, serverEnvironment } from './cluster.ts';
import { ensureDatabase, postgresUrl } from './database.ts';
import { postgresStopSteps, readPidFile, stopLeftover } from './orphan.ts';
import { choosePlace, clusterName } from './place.ts';
import type { Place } from './place.ts';

export type StartPostgresOptions = {
  /** The data folder; the cluster lives in `postgres/` below it unless the log says otherwise. Created when missing. */
  dataDir: string;
  /** Receives a sentence for the operator now and then. */
  log?: (line: string) => void;
  /** False for tests: faster, and a crash of the machine may destroy the cluster. Default true. */
  durable?: boolean;
  /** Called once if the server ends without `stop()`, with a sentence that says how. */
  onExit?: (sentence: string) => void;
};

export type EmbeddedPostgres = {
  /** The application's database, `typelane`. */
  url: string;
  /** The same account on the database `postgres`, from where databases can be created and dropped. */
  adminUrl: string;
  pid: number;
  /** Where the cluster and its log are kept. */
  folder: string;
  /** Fast shutdown; resolves when the server is gone. Further calls wait for the same end. */
  stop(): Promise<void>;
};

const startTimeoutMs = 120_000;
const attempts = 5;

/**
 * Starts a real PostgreSQL server on a free loopback port, with its cluster in the data folder. A server that an earlier, killed process
 * left behind is stopped first. Throws EmbeddedError.
 */
export async function startPostgres(options: StartPostgresOptions): Promise<EmbeddedPostgres> {
  const log = options.log ?? (() => undefined);
  const place = await choosePlace(options.dataDir);
  if (place.notice !== null) log(place.notice);
  const lock = await lockDataDir(place.folder);
  try {
    return await startLocked(options, place, lock, log);
  } catch (thrown) {
    await lock.release();
    if (thrown instanceof EmbeddedError) throw thrown;
    throw new EmbeddedError('POSTGRES_FAILED', `PostgreSQL could not be started in ${place.folder}: ${reason(thrown)}.`, thrown);
  }
}

async function startLocked(
  options: StartPostgresOptions,
  place: Place,
  lock: DataLock,
  log: (line: string) => void,
): Promise<EmbeddedPostgres> {
  const major = await clusterMajor(place);
  const binaries = await findBinaries(major, place.account);
  const password = major === null ? await createCluster(place, binaries) : await readPassword(place);
  const stopped = await stopLeftover(join(place.folder, clusterName));
  if (stopped !== null) log(`A PostgreSQL server (pid ${stopped}) was left running by an earlier process; it has been stopped.`);
  const serverLog = await openServerLog(join(place.folder, 'postgres.log'));
  try {
    const { server, port } = await startOnFreePort(binaries, place, serverLog, options.durable ?? true);
    await createDatabaseOrStop(server, port, password);
    log(`PostgreSQL ${binaries.major} runs on 127.0.0.1:${port} (pid ${server.pid}), data in ${place.folder}.`);
    return running({ server, port, password, place, lock, serverLog, onExit: options.onExit });
  } catch (thrown) {
    await serverLog.close();
    throw thrown;
  }
}

type Started = { server: ServerProcess; port: number };

async function startOnFreePort(binaries: PostgresBinaries, place: Place, log: ServerLog, durable: boolean): Promise<Started> {
  let last = '';
  for (let attempt = 1; attempt <= attempts; attempt += 1) {
    const port = await freePort();
    const server = await spawnPostgres(binaries, place, log, port, durable);
    const outcome = await untilReady(server, join(place.folder, clusterName));
    if (outcome === 'ready') return { server, port };
    last = await log.tail();
    if (outcome === 'timeout') {
      await server.stop(postgresStopSteps);
      throw new EmbeddedError('POSTGRES_FAILED', `PostgreSQL was not ready within ${startTimeoutMs / 1000} s. Its log ends with:\n${last}`);
    }
    if (!isPassing(last)) break;
    await delay(100 * attempt);
  }
  throw new EmbeddedError('POSTGRES_FAILED', `PostgreSQL did not start in ${place.folder}. Its log ends with:\n${last}`);
}

/** Faults that go away: the port was taken after we looked, or the last processes of a killed server still hold its memory. */
function isPassing(logTail: string): boolean {
  return /Address already in use|could not bind|shared memory block/.test(logTail);
}

function spawnPostgres(binaries: PostgresBinaries, place: Place, log: ServerLog, port: number, durable: boolean): Promise<ServerProcess> {
  const cluster = join(place.folder, clusterName);
  const settings = [`port=${port}`, 'listen_addresses=127.0.0.1', 'unix_socket_directories=', 'max_connections=200', 'log_timezone=UTC'];
  if (!durable) settings.push('fsync=off', 'synchronous_commit=off', 'full_page_writes=off');
  return spawnServer({
    command: binaries.postgres,
    args: ['-D', cluster, ...settings.flatMap((setting) => ['-c', setting])],
    cwd: place.folder,
    env: serverEnvironment(),
    logFd: log.fd,
    account: place.account,
    orphanSignal: 'INT',
  });
}

async function untilReady(server: ServerProcess, cluster: string): Promise<'ready' | 'exited' | 'timeout'> {
  const until = Date.now() + startTimeoutMs;
  while (Date.now() < until) {
    if (server.hasExited()) return 'exited';
    const state = await readPidFile(cluster);
    if (state?.pid === server.pid && state.isReady) return 'ready';
    await delay(10);
  }
  return 'timeout';
}

async function createDatabaseOrStop(server: ServerProcess, port: number, password: string): Promise<void> {
  try {
    await ensureDatabase(port, password);
  } catch (thrown) {
    await server.stop(postgresStopSteps);
    throw thrown;
  }
}

type Parts = Started & {
  password: string;
  place: Place;
  lock: DataLock;
  serverLog: ServerLog;
  onExit: StartPostgresOptions['onExit'] | undefined;
};

function running({ server, port, password, place, lock, serverLog, onExit }: Parts): EmbeddedPostgres {
  let stopping: Promise<void> | null = null;
  const tidied = server.exited.then(async (how) => {
    const last = stopping === null ? await serverLog.tail() : '';
    await serverLog.close();
    await lock.release();
    if (stopping === null) onExit?.(`PostgreSQL (pid ${server.pid}) ended by itself with ${how}. Its log ends with:\n${last}`);
  });
  return {
    url: postgresUrl(port, password, 'typelane'),
    adminUrl: postgresUrl(port, password, 'postgres'),
    pid: server.pid,
    folder: place.folder,
    stop: () => (stopping ??= server.stop(postgresStopSteps).then(() => tidied)),
  };
}
