import { setTimeout as sleep } from 'node:timers/promises';
import { connect } from '@typelane/db';
import { waitUntil } from '@typelane/testkit';
import type { Redis } from 'ioredis';
import type { Published } from './checker.ts';
import type { WorkerPool } from './workers.ts';
import type { ChaosPlan, PlannedFault } from './plan.ts';
import type { Publishing } from './publishing.ts';
import { turnsPerWorker } from './environment.ts';
import type { Servers } from './servers.ts';

/** What faults are done to. `frozenMs`: longer than a worker's lease and the time its calls may run. */
export type Targets = {
  servers: Servers;
  workers: WorkerPool;
  redis: Redis;
  prefix: string;
  publishing: Publishing;
  taken: () => Promise<(event: Published) => boolean>;
  frozenMs: number;
  /** How many calls are on record and may be running. */
  openCalls: () => Promise<number>;
};

/** Calls that died or slept with their workers, at most; and how many faults may have had replies delivered again. */
export type Effects = { callsLost: number; redeliveries: number };

/** Milliseconds in which what a struck worker had sent to PostgreSQL is done, so that its calls are on record. */
const settledMs = 100;

/** Starts one fault after another. Faults overlap unless they affect the same target. */
export async function injectFaults({ faults }: ChaosPlan, targets: Targets, note: (what: string) => void): Promise<Effects> {
  const effects: Effects = { callsLost: 0, redeliveries: 0 };
  const struck = new Map<string, Promise<void>>();
  for (const fault of faults) {
    await sleep(800);
    note(`${fault.kind} ${fault.worker} ${fault.ms}`);
    if (thingOf(fault) === 'redis') effects.redeliveries += 1;
    const thing = thingOf(fault);
    const done = (struck.get(thing) ?? Promise.resolve()).then(() => strike(fault, targets, effects));
    // Reported below, when all are done.
    done.catch(() => {});
    struck.set(thing, done);
  }
  await Promise.all(struck.values());
  return effects;
}

function thingOf({ kind, worker }: PlannedFault): string {
  if (kind.endsWith('Worker')) return `worker ${worker}`;
  if (kind.endsWith('Redis') || kind === 'forgetReplies') return 'redis';
  return kind.endsWith('Postgres') ? 'postgres' : kind;
}

async function strike(
  { kind, worker, ms }: PlannedFault,
  { servers, workers, redis, prefix, ...targets }: Targets,
  effects: Effects,
): Promise<void> {
  /** While PostgreSQL is away it is as many as a worker can have. */
  const countCallsLost = async (): Promise<void> => {
    await sleep(settledMs);
    effects.callsLost += Math.min(turnsPerWorker, await targets.openCalls().catch(() => turnsPerWorker));
  };
  switch (kind) {
    case 'killWorker':
      return workers.kill(worker, countCallsLost);
    case 'freezeWorker':
      return workers.freeze(worker, targets.frozenMs + ms, countCallsLost);
    case 'replaceWorker':
      return workers.replace(worker);
    case 'endBackends':
      return endBackends(servers);
    case 'killPostgres':
      return servers.postgres.killAndRestart();
    case 'cutCommit':
      await Promise.race([
        servers.postgres.road.cutOn('session_change', 'after'),
        servers.postgres.road.cutOn('handled_seq', 'after'),
        sleep(1_000),
      ]);
      return;
    case 'killRedis':
      return servers.redis.killAndRestart();
    case 'breakRedis':
      await servers.redis.road.cut();
      await sleep(ms);
      return servers.redis.road.restore();
    case 'pauseRedis': {
      const resume = servers.redis.road.pause();
      await sleep(ms);
      return resume();
    }
    case 'flushRedis':
      return targets.publishing.forget(() => surely(() => redis.flushdb()), targets.taken);
    case 'forgetReplies':
      return surely(async () => {
        const keys = await redis.keys(`${prefix}:outbound:*`);
        if (keys.length > 0) await redis.del(keys);
      });
    case 'forgetRings':
      return void (await redis.del(`${prefix}:converse:wait`, `${prefix}:converse:delayed`).catch(() => 0));
  }
}

/** The server may be away because of another fault. */
async function surely(work: () => Promise<unknown>): Promise<void> {
  await waitUntil(async () => (await work(), true), { what: 'the server to be there', timeoutMs: 60_000, everyMs: 100 });
}

async function endBackends(servers: Servers): Promise<void> {
  const database = connect(servers.postgres.watchUrl(), { connectionsMax: 1, applicationName: 'chaos-terminator' });
  try {
    await surely(() =>
      database.sql`select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'typelane-worker'`.execute(),
    );
  } finally {
    await database.close();
  }
}
