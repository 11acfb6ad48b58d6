import type { Redis } from 'ioredis';

/** Of the jobs out of line a hundred are looked at: they are put in line every second. */
const lastOutOfLine = '99';

/**
 * When the oldest event that no inbox holds yet was published, milliseconds since 1970 by its producer's clock. Null: none waits.
 * `queueKeys`: BullMQ's, `<prefix>:<name>`.
 */
export async function oldestWaitingAt(redis: Redis, queueKeys: string[]): Promise<number | null> {
  const times = await Promise.all(queueKeys.map((key) => oldestOf(redis, key)));
  const known = times.filter((time) => time !== null);
  return known.length === 0 ? null : Math.min(...known);
}

async function oldestOf(redis: Redis, key: string): Promise<number | null> {
  const ids = (
    await Promise.all([
      redis.lrange(`${key}:wait`, -1, -1),
      redis.lrange(`${key}:active`, -1, -1),
      redis.zrange(`${key}:delayed`, '0', lastOutOfLine),
      redis.zrange(`${key}:prioritized`, '0', lastOutOfLine),
    ])
  ).flat();
  if (ids.length === 0) return null;
  const times = await Promise.all(ids.map((id) => redis.hget(`${key}:${id}`, 'timestamp')));
  // A job without a time is not one of BullMQ's: it is taken for the oldest, and is gone in a moment.
  return Math.min(...times.map((time) => Number(time ?? 0) || 0));
}
