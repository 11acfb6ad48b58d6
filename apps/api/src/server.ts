import { setTimeout as sleep } from 'node:timers/promises';
import { createPublisher } from '@typelane/client';
import { connect, hasCurrentSchema } from '@typelane/db';
import { createMediaStore, signedAddress } from '@typelane/media';
import { gatewayURLOf } from '@typelane/gateway/kinds';
import {
  checkDatabase,
  checkMediaFolder,
  connectRedis,
  createEgress,
  createQueue,
  createSealer,
  type Env,
  listenFailure,
  type Log,
  type MediaEnv,
  mediaEnv,
  mediaPlanOf,
  queueNames,
  type WakeUp,
  type Running,
} from '@typelane/runtime';
import { createApp } from './app.ts';
import { type ApiMedia, defaultApiConfig, ingestStalledAfterMs } from './context.ts';
import { watchIngest } from './ingest-watch.ts';

export type ApiOptions = Pick<
  Env,
  | 'DATABASE_URL'
  | 'REDIS_URL'
  | 'PORT'
  | 'HOST'
  | 'GATEWAY_PORT'
  | 'GATEWAY_URL'
  | 'DRAIN_DELAY_MS'
  | 'SECRET_KEY'
  | 'EGRESS_ALLOW'
  | 'INBOUND_PARTITIONS'
  | 'QUEUE_PREFIX'
  | keyof MediaEnv
> & {
  OPERATOR_TOKEN: string;
  log: Log;
};

/** The environment the API reads. */
export const apiEnv = [
  'DATABASE_URL',
  'REDIS_URL',
  'OPERATOR_TOKEN',
  'GATEWAY_PORT',
  'GATEWAY_URL',
  'DRAIN_DELAY_MS',
  'EGRESS_ALLOW',
  'INBOUND_PARTITIONS',
  'QUEUE_PREFIX',
  ...mediaEnv,
  'LOG_LEVEL',
] as const;

/**
 * Serves the API in this process. `url`: where, with the port that was taken. Any number of processes may run. `stop` says so on `/readyz`
 * at once, serves for `DRAIN_DELAY_MS` with `connection: close`, then closes the port and finishes what has begun.
 */
export async function startApi(options: ApiOptions): Promise<Running & { url: string }> {
  const { log, QUEUE_PREFIX: prefix, INBOUND_PARTITIONS: partitions } = options;
  const database = connect(options.DATABASE_URL, { applicationName: 'typelane-api' });
  const redis = connectRedis(options.REDIS_URL);
  redis.on('error', (error) => log.warn({ err: error }, 'redis.error'));
  const converse = createQueue<WakeUp>(queueNames.converse, redis, prefix);
  converse.on('error', (error) => log.warn({ err: error }, 'redis.error'));
  const inbound = createPublisher({ connection: redis, prefix, partitions, timeoutMs: defaultApiConfig.redisTimeoutMs });

  const ingestWatch = watchIngest(redis, { prefix, partitions, afterMs: ingestStalledAfterMs, log });
  const egress = createEgress({ allow: options.EGRESS_ALLOW });

  let isDraining = false;
  const config = { ...defaultApiConfig, operatorToken: options.OPERATOR_TOKEN, gatewayUrl: gatewayURLOf(options, options.GATEWAY_PORT) };
  const sealer = createSealer(options.SECRET_KEY);
  const at = { port: options.PORT };
  const media = openMedia(options, at);
  const app = await createApp({
    database,
    redis,
    converse,
    inbound,
    ingestWatch,
    sealer,
    egress,
    media,
    log,
    config,
    isDraining: () => isDraining,
  });
  const close = async (): Promise<void> => {
    await app.close();
    ingestWatch.stop();
    egress.close();
    await Promise.allSettled([inbound.close(), converse.close()]);
    redis.disconnect();
    media.store.close();
    await database.close();
  };
  try {
    await Promise.all([
      checkDatabase(() => hasCurrentSchema(database)),
      checkMediaFolder(mediaPlanOf(options).place, options.MEDIA_DIR !== undefined),
    ]);
    const url = await app.listen({ port: options.PORT, host: options.HOST });
    at.port = Number(new URL(url).port);
    let stopped: Promise<void> | null = null;
    const drain = async (): Promise<void> => {
      isDraining = true;
      await sleep(options.DRAIN_DELAY_MS);
      await close();
    };
    return { url, stop: () => (stopped ??= drain()) };
  } catch (error) {
    await close();
    throw listenFailure(error, options);
  }
}

/** `at`: the port that was taken, once it is known. */
function openMedia(options: MediaEnv, at: { port: number }): ApiMedia {
  const { place, sizeBytesMax, keepDays, key } = mediaPlanOf(options);
  const publicUrl = (): string => mediaPlanOf({ ...options, PORT: at.port }).publicUrl;
  return {
    store: createMediaStore(place, { sizeBytesMax }),
    sizeBytesMax,
    keepDays,
    key,
    addressOf: (file) => signedAddress({ publicUrl: publicUrl(), key }, file),
  };
}
