import { lockDataDir, startPostgres, startRedis } from '@typelane/embedded';
import { connect, migrate } from '@typelane/db';
import { checkRedis, ConfigurationError, connectRedis } from '@typelane/runtime';

export type Servers = {
  databaseUrl: string;
  redisUrl: string;
  /** What runs, for people. */
  postgres: string;
  redis: string;
  stop(): Promise<void>;
};

type Options = {
  dataDir: string;
  /** From the environment; the embedded ones stand in for what is absent. */
  databaseUrl: string | undefined;
  redisUrl: string | undefined;
  reset: boolean;
  tell: (line: string) => void;
  /** A server ended by itself. */
  onExit: (sentence: string) => void;
};

/** Brings up PostgreSQL and Redis, or takes the given ones, with the newest schema. What was started is stopped when a later step fails. */
export async function startServers(options: Options): Promise<Servers> {
  if (options.reset && (options.databaseUrl !== undefined || options.redisUrl !== undefined)) {
    throw new ConfigurationError(
      '--reset wipes only what npm start itself keeps: unset DATABASE_URL and REDIS_URL, or empty those servers yourself',
    );
  }
  const lock = await lockDataDir(options.dataDir);
  const stops: (() => Promise<void>)[] = [() => lock.release()];
  const stop = async (): Promise<void> => {
    for (const one of stops.toReversed()) await one();
    stops.length = 0;
  };
  try {
    const postgres = await choosePostgres(options, stops);
    const redis = await chooseRedis(options, stops);
    options.tell('Bringing the database to the newest schema');
    await migrate(postgres.url);
    return { databaseUrl: postgres.url, redisUrl: redis.url, postgres: postgres.what, redis: redis.what, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function choosePostgres({ databaseUrl, dataDir, reset, tell, onExit }: Options, stops: (() => Promise<void>)[]) {
  if (databaseUrl !== undefined) return { url: databaseUrl, what: 'DATABASE_URL' };
  tell('Starting PostgreSQL');
  const server = await startPostgres({ dataDir, log: tell, onExit });
  stops.push(() => server.stop());
  if (reset) {
    const admin = connect(server.adminUrl, { connectionsMax: 1 });
    const name = new URL(server.url).pathname.slice(1);
    await admin.sql.unsafe(`drop database if exists "${name}" with (force)`);
    await admin.sql.unsafe(`create database "${name}"`);
    await admin.close();
  }
  return { url: server.url, what: `embedded, ${server.folder}` };
}

async function chooseRedis({ redisUrl, dataDir, reset, tell, onExit }: Options, stops: (() => Promise<void>)[]) {
  if (redisUrl !== undefined) {
    await checkRedis(redisUrl, tell);
    return { url: redisUrl, what: 'REDIS_URL' };
  }
  tell('Starting Redis');
  const server = await startRedis({ dataDir, log: tell, onExit });
  stops.push(() => server.stop());
  if (reset) {
    const redis = connectRedis(server.url);
    await redis.flushall();
    redis.disconnect();
  }
  return { url: server.url, what: server.kind };
}
