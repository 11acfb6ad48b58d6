import type { Database } from '@typelane/db';
import { waitUntil } from '@typelane/testkit';
import type { Redis } from 'ioredis';

/** Open connections as the servers count them: those of workers to PostgreSQL, and all to Redis. */
export type Connections = { postgres: number; redis: number };

export async function connectionsOf({ sql }: Database, redis: Redis): Promise<Connections> {
  const [row] = await sql<
    { count: number }[]
  >`select count(*)::int as count from pg_stat_activity where application_name = 'typelane-worker'`;
  const clients = String(await redis.client('LIST'))
    .trim()
    .split('\n');
  return { postgres: row?.count ?? 0, redis: clients.length };
}

/** The connections once their number has been constant for a second: a worker that is ready still opens some. */
export async function connectionsAtRest(look: () => Promise<Connections>): Promise<Connections> {
  let last = await look();
  let unchanged = 0;
  const isAtRest = async (): Promise<boolean> => {
    const seen = await look();
    unchanged = seen.redis === last.redis ? unchanged + 1 : 0;
    last = seen;
    return unchanged >= 4;
  };
  await waitUntil(isAtRest, { what: 'connections to be open', timeoutMs: 20_000, everyMs: 250 });
  return last;
}

/** The connections once they are no more than these, or after some seconds: a server learns late of a process that was killed. */
export async function connectionsDownTo(most: Connections, look: () => Promise<Connections>): Promise<Connections> {
  let seen = await look();
  const isDown = async (): Promise<boolean> => {
    seen = await look();
    return seen.postgres <= most.postgres && seen.redis <= most.redis;
  };
  await waitUntil(isDown, { what: 'connections to be closed', timeoutMs: 5_000, everyMs: 100 }).catch(() => {});
  return seen;
}
