import { randomBytes } from 'node:crypto';
import { rmSync } from 'node:fs';
import { connect, type Database, migrate } from '@typelane/db';
import { startPostgres, startRedis, temporaryDataDir } from '@typelane/embedded';
import { type BenchProcess, familyCpuMs, startProcess } from './process.ts';

/** Servers of the benchmark's own, and what runs on them. */
export type Workplace = {
  redisUrl: string;
  database: Database;
  /** CPU milliseconds so far. */
  cpuMs(): { redis: number; postgres: number };
  /** Leaves no chat of an earlier measurement. */
  empty(): Promise<void>;
  /** `latencyMs`: before it answers; `mute`: it never does. */
  startTypebot(how?: { latencyMs?: number; mute?: boolean }): Promise<BenchTypebot>;
  register(instanceId: string, typebot: BenchTypebot): Promise<void>;
  /** A worker of this script, at work. It may talk to these Typebots. */
  startWorker(script: string, prefix: string, typebots: BenchTypebot[], env?: Record<string, string>): Promise<BenchProcess>;
  stop(): Promise<void>;
};

export type BenchTypebot = {
  url: string;
  stats(): Promise<{ outOfOrder: number; atOnce: number; busy: number }>;
  stop(): Promise<void>;
};

export const typelaneWorker = 'apps/worker/src/main.ts';

export async function openWorkplace(): Promise<Workplace> {
  const folder = await temporaryDataDir('typelane-bench-');
  const postgres = await startPostgres({ dataDir: folder });
  const redis = await startRedis({ dataDir: folder });
  await migrate(postgres.url);
  const database = connect(postgres.url);
  return {
    redisUrl: redis.url,
    database,
    cpuMs: () => ({ redis: redis.pid === null ? 0 : familyCpuMs(redis.pid), postgres: familyCpuMs(postgres.pid) }),
    empty: () => empty(database),
    startTypebot,
    register: (instanceId, { url }) => register(database, instanceId, url),
    startWorker(script, prefix, typebots, env = {}) {
      const own = {
        DATABASE_URL: postgres.url,
        REDIS_URL: redis.url,
        QUEUE_PREFIX: prefix,
        SECRET_KEY: randomBytes(32).toString('hex'),
        TYPEBOT_URL: typebots[0]?.url ?? '',
        EGRESS_ALLOW: typebots.map(({ url }) => new URL(url).host).join(','),
      };
      return startProcess(script, { ...own, ...env }, script === typelaneWorker ? /"msg":"worker.started"()/ : undefined);
    },
    async stop() {
      await database.close();
      await redis.stop();
      await postgres.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function startTypebot({ latencyMs = 0, mute = false } = {}): Promise<BenchTypebot> {
  const typebot = await startProcess('scripts/bench/echo-typebot.ts', { LATENCY_MS: String(latencyMs), MUTE: String(mute) });
  const url = `http://127.0.0.1:${typebot.ready}`;
  return {
    url,
    stats: async () => (await (await fetch(`${url}/stats`)).json()) as { outOfOrder: number; atOnce: number; busy: number },
    stop: () => typebot.stop(),
  };
}

async function register({ sql }: Database, instanceId: string, typebotURL: string): Promise<void> {
  await sql`insert into businesses (business_id, name) values ('default', 'default') on conflict do nothing`;
  await sql`insert into instances (instance_id, business_id) values (${instanceId}, 'default') on conflict do nothing`;
  await sql`
    insert into typebot_integrations (typebot_integration_id, instance_id, public_id, typebot_url, enabled, settings)
    values (gen_random_uuid(), ${instanceId}, 'echo', ${typebotURL}, true, '{}')
    on conflict (instance_id) do update set typebot_url = excluded.typebot_url, updated_at = now()`;
}

async function empty({ sql }: Database): Promise<void> {
  await sql`truncate conversations, inbox, turns, outbox, sessions, sent_keys`;
  await sql`drop table if exists naive_sessions`;
  await sql`vacuum analyze`;
}
