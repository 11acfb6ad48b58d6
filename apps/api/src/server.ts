import { createPublisher } from '@typelane/client';
import { connect } from '@typelane/db';
import {
  connectRedis,
  createEgress,
  createQueue,
  type Env,
  type Log,
  queueNames,
  type Ring,
  type Running,
  type Sealer,
} from '@typelane/runtime';
import { createApp } from './app.ts';
import { defaultApiConfig } from './context.ts';

export type ApiOptions = Pick<
  Env,
  'DATABASE_URL' | 'REDIS_URL' | 'PORT' | 'HOST' | 'EGRESS_ALLOW' | 'INBOUND_PARTITIONS' | 'QUEUE_PREFIX'
> & {
  OPERATOR_TOKEN: string;
  sealer: Sealer;
  log: Log;
};

/** The environment the API reads. */
export const apiEnv = [
  'DATABASE_URL',
  'REDIS_URL',
  'PORT',
  'HOST',
  'OPERATOR_TOKEN',
  'SECRET_KEY',
  'EGRESS_ALLOW',
  'INBOUND_PARTITIONS',
  'QUEUE_PREFIX',
  'LOG_LEVEL',
] as const;

/** Serves the API in this process. `url`: where, with the port that was taken. Any number of processes may run. */
export async function startApi(options: ApiOptions): Promise<Running & { url: string }> {
  const { log, QUEUE_PREFIX: prefix, INBOUND_PARTITIONS: partitions } = options;
  const database = connect(options.DATABASE_URL, { applicationName: 'typelane-api' });
  const redis = connectRedis(options.REDIS_URL);
  redis.on('error', (error) => log.warn({ err: error }, 'redis.error'));
  const converse = createQueue<Ring>(queueNames.converse, redis, prefix);
  converse.on('error', (error) => log.warn({ err: error }, 'redis.error'));
  const inbound = createPublisher({ connection: redis, prefix, partitions, timeoutMs: defaultApiConfig.redisTimeoutMs });

  const egress = createEgress({ allow: options.EGRESS_ALLOW });

  let isDraining = false;
  const config = { ...defaultApiConfig, operatorToken: options.OPERATOR_TOKEN };
  const { sealer } = options;
  const app = await createApp({ database, redis, converse, inbound, sealer, egress, log, config, isDraining: () => isDraining });
  const close = async (): Promise<void> => {
    isDraining = true;
    await app.close();
    egress.close();
    await Promise.allSettled([inbound.close(), converse.close()]);
    redis.disconnect();
    await database.close();
  };
  try {
    const url = await app.listen({ port: options.PORT, host: options.HOST });
    let stopped: Promise<void> | null = null;
    return { url, stop: () => (stopped ??= close()) };
  } catch (error) {
    await close();
    throw error;
  }
}
