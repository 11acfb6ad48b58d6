import { setTimeout as sleep } from 'node:timers/promises';
import { type Database, lookAtTimers, fireTimers } from '@typelane/db';
import { connectRedisForLoops, type Log, acquireLease } from '@typelane/runtime';
import type { Chat } from './ingest/ingest-batch.ts';
import { stillWaiting, waitingJobs } from './waiting-jobs.ts';

/** Milliseconds between two looks; sooner when a timer is near. */
const lookMs = 1_000;

/** Milliseconds until the next look while events that were there before a timer still wait on their queue. */
const behindMs = 100;

/** Timers rung in one transaction: each locks its chat's row until then. */
const timersMax = 200;

export type TimerOptions = {
  database: Database;
  redisUrl: string;
  prefix: string;
  /** BullMQ's keys of the inbound queues. */
  inboundKeys: string[];
  wake: (chats: Chat[]) => Promise<void>;
  log: Log;
};

/**
 * Rings for chats whose state changes by itself: a session that expires, a pause that ends. One process at a time does it, for efficiency
 * only: what makes each timer ring once is its row.
 *
 * A timer waits for events that were published before it was due: a process that was down takes up in their order what came
 * meanwhile, and a contact who wrote in time finds the session open. Which events those are is told by what waits on the queue at a moment
 * when the timer is due already, and by no producer's clock.
 */
export function startTimers(options: TimerOptions): { stop(): Promise<void> } {
  const { redisUrl, prefix, log } = options;
  const redis = connectRedisForLoops(redisUrl);
  const onError = (error: unknown) => log.warn({ err: error }, 'redis.error');
  redis.on('error', onError);
  const lease = acquireLease(redis, `${prefix}:typelane-timers`, { onError });
  const stopping = new AbortController();

  /** A moment, and what waited then: when that is gone, all timers that were due may ring. */
  let due: { until: number; before: Awaited<ReturnType<typeof waitingJobs>> } | null = null;
  const round = async (): Promise<number> => {
    if (!lease.isHeld()) {
      due = null;
      return lookMs / 4;
    }
    if (due === null) {
      // The clock first: whatever was published before this moment is seen by the look that follows.
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
    // A doorbell that cannot be rung is no reason to stop: the sweep rings again.
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
