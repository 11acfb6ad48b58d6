import type { Redis } from 'ioredis';

/** A job on an inbound queue. `addedAt` is its producer's clock. It only tells this job from a later job with the same id. */
type WaitingJob = { key: string; addedAt: string };

/** Last index read of the delayed and prioritised jobs. They are moved to the wait list every second. */
const delayedLast = '99';

/** Last index read of the newest waiting jobs. More than one, because an id may have no job. */
const waitingLast = 9;

/**
 * The last jobs of each queue. When they are gone, every event that was published before this moment is in its inbox. They are found by
 * their position, not by the times their producers wrote.
 *
 * @param queueKeys BullMQ's keys, `<prefix>:<name>`
 */
export async function waitingJobs(redis: Redis, queueKeys: string[]): Promise<WaitingJob[]> {
  const keys = (await Promise.all(queueKeys.map((queueKey) => keysOf(redis, queueKey)))).flat();
  const times = await Promise.all(keys.map((key) => addedAt(redis, key)));
  return keys.flatMap((key, nth) => (typeof times[nth] === 'string' ? [{ key, addedAt: times[nth] }] : []));
}

/** The jobs that are not in an inbox yet. */
export async function stillWaiting(redis: Redis, jobs: WaitingJob[]): Promise<WaitingJob[]> {
  const times = await Promise.all(jobs.map(({ key }) => addedAt(redis, key)));
  return jobs.filter((job, nth) => job.addedAt === times[nth]);
}

async function keysOf(redis: Redis, queueKey: string): Promise<string[]> {
  const ids = await Promise.all([
    redis.lrange(`${queueKey}:wait`, 0, waitingLast),
    redis.lrange(`${queueKey}:active`, 0, -1),
    redis.zrange(`${queueKey}:delayed`, '0', delayedLast),
    redis.zrange(`${queueKey}:prioritized`, '0', delayedLast),
  ]);
  return ids.flat().map((id) => `${queueKey}:${id}`);
}

/** Null: the job does not exist or has finished. */
async function addedAt(redis: Redis, key: string): Promise<string | null> {
  const [timestamp = null, finishedOn = null] = await redis.hmget(key, 'timestamp', 'finishedOn');
  return finishedOn === null ? timestamp : null;
}
