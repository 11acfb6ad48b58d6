import { connect } from '@typelane/db';
import { Redis } from 'ioredis';
import { startConsumer } from '../consumer.ts';
import type { Alteration } from '../faults/alter.ts';
import { alteredEnv } from '../faults/altered-env.ts';
import { type Connections, connectionsAtRest, connectionsOf } from './connections.ts';
import { startHostility } from './attacks.ts';
import { startWorkers } from './workers.ts';
import { registerInstances } from './instances.ts';
import type { ChaosPlan } from './plan.ts';
import { startProducer } from './producer.ts';
import { freshPrefix, type Servers } from './servers.ts';
import { startTypebots, type Typebots } from './typebots.ts';
import { watchRows } from './watch.ts';

/** Milliseconds. Short, so that a run is short; the bounds of recovery are made of them. */
export const times = { timeoutMs: 1_000, quarantineMs: 1_500, sweepMs: 1_000, leaseMs: 5_000, sendWithinMs: 5_000 };

/** Milliseconds, for plans in which nothing may time out, even on a busy machine. */
const calmTimeoutMs = 10_000;

/** Turns a worker runs at once. */
export const turnsPerWorker = 20;

/** Of a worker's pool (packages/db/src/database.ts). */
const postgresConnectionsMax = 10;

export type Environment = Awaited<ReturnType<typeof startEnvironment>>;

/** Everything a run needs, on empty tables: the workers would continue the work of an earlier run. */
export async function startEnvironment(plan: ChaosPlan, servers: Servers, alterations: Alteration[]) {
  const prefix = freshPrefix();
  await servers.empty();
  const typebots = await startTypebots(plan);
  const database = connect(servers.postgres.watchUrl(), { connectionsMax: 4, applicationName: 'chaos' });
  const consumer = startConsumer({ redisUrl: servers.redis.watchUrl(), prefix, consumes: true });
  const producer = startProducer(servers.redis.watchUrl(), prefix);
  const redis = new Redis(servers.redis.watchUrl(), { maxRetriesPerRequest: null });
  redis.on('error', () => {});
  const instances = await registerInstances(plan, database, typebots);
  await Promise.all([producer.ready(), consumer.ready()]);

  const connections = (): Promise<Connections> => connectionsOf(database, redis);
  const hostility = await startHostility(plan.attacks, {
    redisUrl: servers.redis.watchUrl(),
    prefix,
    hostile: instances.hostile,
    consumer,
  });
  const withoutWorkers = await connections();
  const env = (): Record<string, string> => ({ ...alteredEnv(alterations), ...workerEnv(servers, typebots, prefix, plan) });
  const workers = await startWorkers(plan.workers, env);
  const withWorkers = { redis: (await connectionsAtRest(connections)).redis, postgres: plan.workers * postgresConnectionsMax };
  const watch = watchRows(database);
  return {
    servers,
    prefix,
    typebots,
    database,
    consumer,
    producer,
    redis,
    instances,
    hostility,
    workers: workers,
    watch,
    connections: { now: connections, withoutWorkers, withWorkers },
    async close() {
      await hostility.stop();
      await watch.stop();
      await workers.stop();
      await producer.close();
      await consumer.close();
      redis.disconnect();
      await database.close();
      await typebots.close();
    },
  };
}

function workerEnv(servers: Servers, { planned, mute }: Typebots, prefix: string, { isCalm }: ChaosPlan): Record<string, string> {
  return {
    DATABASE_URL: servers.postgres.url(),
    REDIS_URL: servers.redis.url(),
    EGRESS_ALLOW: [planned, mute].map(({ url }) => new URL(url).host).join(','),
    QUEUE_PREFIX: prefix,
    TYPEBOT_TIMEOUT_MS: String(isCalm ? calmTimeoutMs : times.timeoutMs),
    TYPEBOT_QUARANTINE_MS: String(times.quarantineMs),
    SWEEP_INTERVAL_MS: String(times.sweepMs),
    WORKER_CONCURRENCY: String(turnsPerWorker),
    SECRET_KEY: '0f6b1c8e94d7a2530f6b1c8e94d7a253',
    LOG_LEVEL: 'info',
  };
}
