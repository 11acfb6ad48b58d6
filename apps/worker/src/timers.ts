import { setTimeout as sleep } from 'node:timers/promises';
import { type Database, lookAtTimers, fireTimers } from '@typelane/db';
import { connectRedisForLoops, type Log, acquireLease } from '@typelane/runtime';
import type { Chat } from './ingest/ingest-batch.ts';
import { stillWaiting, waitingJobs } from './waiting-jobs.ts';

/** Milliseconds between two looks. The next look is sooner when a timer is due earlier. */
const lookMs = 1_000;

/** Milliseconds until the next look while events published before a timer was due still wait on their queue. */
const behindMs = 100;

/** Timers fired in one transaction. Each locks the row of its conversation until the commit. */
const timersMax = 200;

export type TimerOptions = {
  database: Database;
  redisUrl: string;
  prefix: string;
  /** BullMQ's keys of the inbound queues: `<prefix>:<name>`. */
  inboundKeys: string[];
  wake: (chats: Chat[]) => Promise<void>;
  log: Log;
};

/**
 * Fires the timers of conversations: a session that expires, a pause that ends. A lease lets one process do it at a time, which only saves
 * work: the row of the conversation makes each timer fire once.
 *
 * A timer waits for events that were published before it was due, so that a contact who wrote in time finds the session open, even after
 * an outage. These events are the jobs on the queue at a moment when the timer is already due. The clocks of producers play no part.
 */
export function startTimers(options: TimerOptions): { stop(): Promise<void> } {
  const { redisUrl, prefix, log } = options;
  const redis = connectRedisForLoops(redisUrl);
  const onError = (error: unknown) => log.warn({ err: error }, 'redis.error');
  redis.on('error', onError);
  const lease = acquireLease(redis, `${prefix}:typelane-timers`, { onError });
  const stopping = new AbortController();

  /** A moment and the jobs that waited then. When these jobs are gone, all timers due at that moment may fire. */
  let due: { until: number; before: Awaited<ReturnType<typeof waitingJobs>> } | null = null;
  const round = async (): Promise<number> => {
    if (!lease.isHeld()) {
      due = null;
      return lookMs / 4;
    }
    if (due === null) {
      // Read the clock first: the look at the queue then sees every job published before that moment.
      const { now, nextAt } = await lookAtTimers(options.database.sql);
      if (nextAt === null || nextAt > now) return Math.min(lookMs, nextAt === null ? lookMs : nextAt - now);
      due = { until: now, before: await waitingJobs(redis, options.inboundKeys) };
    }
    const { until } = due;
    const before = await stillWaiting(redis, due.before);
    due = before.length > 0 ? { until, before } : null;
    if (due) return behindMs;
    const { chats, looked } = await fireTimers(options.database.sql, until, timersMax);
    if (looked === timersMax) due = { until, before: [] };
    // If the wake-up fails, the sweep wakes again.
    await options.wake(chats).catch((error: unknown) => log.warn({ err: error }, 'wake.failed'));
    return looked > 0 ? 0 : behindMs;
  };

  const loop = (async () => {
    while (!stopping.signal.aborted) {
      const pauseMs = await round().catch((error: unknown) => {
        if (!stopping.signal.aborted) log.error({ err: error }, 'timers.failed');
        return lookMs;
      });
      await sleep(pauseMs, undefined, { signal: stopping.signal }).catch(() => {});
    }
  })();

  return {
    async stop() {
      stopping.abort();
      await lease.release().catch(onError);
      redis.disconnect();
      await loop;
    },
  };
}
