import { Redis, type RedisOptions } from 'ioredis';

/** An ioredis instance, of which only the settings are used (it is duplicated), or a URL such as `redis://127.0.0.1:6379`. */
export type Connection = Redis | string;

/** BullMQ's own default. Typelane's environment variable for another one is `QUEUE_PREFIX`. */
export const defaultPrefix = 'bull';

/**
 * Opens a separate connection: producers must fail soon when Redis is away and consumers must wait for it, so neither can
 * use settings chosen for another purpose. Errors of the connection go to `onError`; ioredis reconnects by itself.
 */
export function openConnection(
  connection: Connection,
  options: Omit<RedisOptions, 'replyMapping'>,
  onError: (error: Error) => void,
): Redis {
  const settings = {
    lazyConnect: false,
    retryStrategy: (times: number) => Math.min(50 * times, 1_000),
    replyMapping: 'legacy' as const,
    ...options,
  };
  const redis = typeof connection === 'string' ? new Redis(connection, settings) : connection.duplicate(settings);
  // One connection carries any number of queues, and each listens to it.
  redis.setMaxListeners(Infinity);
  redis.on('error', onError);
  return redis;
}

/** Resolves when commands can be sent; rejects when the connection was closed permanently. */
export async function whenReady(redis: Redis): Promise<void> {
  if (redis.status === 'ready') return;
  if (redis.status === 'end') throw new Error('the connection to Redis is closed');
  await new Promise<void>((resolve, reject) => {
    const done = (settle: () => void) => () => {
      redis.off('ready', ready);
      redis.off('end', end);
      settle();
    };
    const ready = done(resolve);
    const end = done(() => reject(new Error('the connection to Redis is closed')));
    redis.on('ready', ready);
    redis.on('end', end);
  });
}
