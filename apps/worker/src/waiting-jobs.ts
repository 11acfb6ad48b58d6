import type { Redis } from 'ioredis';

/** A job that waits on an inbound queue. `addedAt`: by its producer's clock, to know it from a later one of the same id; it is compared with nothing else. */
type WaitingJob = { key: string; addedAt: string };

/** Of the jobs out of line a hundred are looked at: they are put in line every second. */
const lastOutOfLine = '99';

/** Of the jobs in line the newest are looked at, several, since one may be an id with nothing behind it. */
const lastInLine = 9;

/**
 * The jobs that wait now and behind which no other stands: when they are gone, every event that was published before this moment is in its
 * inbox. Known by standing there, not by the times that their producers gave them.
 *
 * @param queueKeys BullMQ's, `<prefix>:<name>`
 */
export async function waitingJobs(redis: Redis, queueKeys: string[]): Promise<WaitingJob[]> {
  const keys = (await Promise.all(queueKeys.map((queueKey) => keysOf(redis, queueKey)))).flat();
  const times = await Promise.all(keys.map((key) => addedAt(redis, key)));
  return keys.flatMap((key, nth) => (typeof times[nth] === 'string' ? [{ key, addedAt: times[nth] }] : []));
}

/** Those of them that are not in an inbox yet. */
export async function stillWaiting(redis: Redis, jobs: WaitingJob[]): Promise<WaitingJob[]> {
  const times = await Promise.all(jobs.map(({ key }) => addedAt(redis, key)));
  return jobs.filter((job, nth) => job.addedAt === times[nth]);
}

async function keysOf(redis: Redis, queueKey: string): Promise<string[]> {
  const ids = await Promise.all([
    redis.lrange(`${queueKey}:wait`, 0, lastInLine),
    redis.lrange(`${queueKey}:active`, 0, -1),
    redis.zrange(`${queueKey}:delayed`, '0', lastOutOfLine),
    redis.zrange(`${queueKey}:prioritized`, '0', lastOutOfLine),
  ]);
  return ids.flat().map((id) => `${queueKey}:${id}`);
}

/** Null: there is no such job, or it has ended. */
async function addedAt(redis: Redis, key: string): Promise<string | null> {
  const [timestamp = null, finishedOn = null] = await redis.hmget(key, 'timestamp', 'finishedOn');
  return finishedOn === null ? timestamp : null;
}
