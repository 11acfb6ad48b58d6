import { randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { connect, migrate } from '@typelane/db';
import { type EmbeddedPostgres, type EmbeddedRedis, startPostgres, startRedis, temporaryDataDir } from '@typelane/embedded';
import { startTcpProxy, type TcpProxy } from '@typelane/testkit';

/** A server that can be killed and restarted on its data, behind two proxies that keep their addresses. */
export type Breakable = {
  /** For the system under test: may be broken, paused, delayed. */
  url(): string;
  road: TcpProxy;
  /** For the test's own connections. */
  watchUrl(): string;
  /** SIGKILL, and a start on the same data. */
  killAndRestart(): Promise<void>;
};

export type Servers = {
  postgres: Breakable;
  redis: Breakable;
  /** Empties all tables. */
  empty(): Promise<void>;
  stop(): Promise<void>;
};

/** A PostgreSQL and a Redis (AOF, as the guarantees ask for) of their own. */
export async function startServers(): Promise<Servers> {
  const dataDir = await temporaryDataDir('typelane-chaos-');
  const folders = new Set([dataDir]);
  const postgres = await breakable(async () => {
    const server = await startPostgres({ dataDir, durable: true });
    folders.add(server.folder);
    return server;
  });
  const redis = await breakable(() => startRedis({ dataDir, durable: true }));
  await migrate(postgres.watchUrl());
  return {
    postgres,
    redis,
    empty: () => emptyTables(postgres.watchUrl()),
    async stop() {
      await Promise.all([postgres.stop(), redis.stop()]);
      for (const folder of folders) await rm(folder, { recursive: true, force: true });
    },
  };
}

async function emptyTables(url: string): Promise<void> {
  const { sql, close } = connect(url, { connectionsMax: 1 });
  try {
    const tables = await sql<{ name: string }[]>`select tablename as name from pg_tables where schemaname = 'public'`;
    await sql`truncate ${sql(tables.map(({ name }) => name))}`;
  } finally {
    await close();
  }
}

async function breakable(start: () => Promise<EmbeddedPostgres | EmbeddedRedis>): Promise<Breakable & { stop(): Promise<void> }> {
  let server = await start();
  const port = portOf(server.url);
  const [road, watch] = await Promise.all([startTcpProxy({ port }), startTcpProxy({ port })]);
  return {
    road,
    url: () => road.through(server.url),
    watchUrl: () => watch.through(server.url),
    async killAndRestart() {
      if (server.pid === null) throw new Error('A server that is no process of its own cannot be killed');
      process.kill(server.pid, 'SIGKILL');
      // Resolves when it is gone: it was not us who stopped it.
      await server.stop();
      server = await start();
      for (const proxy of [road, watch]) {
        proxy.retarget(portOf(server.url));
        proxy.breakAll();
      }
    },
    async stop() {
      await Promise.all([road.close(), watch.close()]);
      await server.stop();
    },
  };
}

function portOf(url: string): number {
  return Number(new URL(url).port);
}

export function freshPrefix(): string {
  return `chaos-${randomUUID()}`;
}
