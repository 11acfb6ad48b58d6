import { setTimeout as sleep } from 'node:timers/promises';
import { type Database, lookAtTimers, ringTimers } from '@typelane/db';
import { connectRedisForLoops, type Log, takeLease } from '@typelane/runtime';
import type { Chat } from './ingest/take-in.ts';
import { oldestWaitingAt } from './ingest/oldest-waiting.ts';

/** Milliseconds between two looks; sooner when a timer is near. */
const lookMs = 1_000;

/** Milliseconds until the next look while events that came before a timer still wait at the door. */
const behindMs = 100;

/** Timers rung in one transaction: each locks its chat's row until then. */
const timersMax = 200;

export type TimerOptions = {
  database: Database;
  redisUrl: string;
  prefix: string;
  /** BullMQ's keys of the inbound queues. */
  inboundKeys: string[];
  ring: (chats: Chat[]) => Promise<void>;
  log: Log;
};

/**
 * Rings for chats whose state changes by itself: a session that expires, a pause that ends. One process at a time does it, for efficiency
 * only: what makes each timer ring once is its row.
 *
 * A timer waits for events that were published before it was due: a process that was down takes up in their order what came
 * meanwhile, and a contact who wrote in time finds the session open.
 */
export function startTimers(options: TimerOptions): { stop(): Promise<void> } {
  const { redisUrl, prefix, log } = options;
  const redis = connectRedisForLoops(redisUrl);
  const onError = (error: unknown) => log.warn({ err: error }, 'redis.error');
  redis.on('error', onError);
  const lease = takeLease(redis, `${prefix}:typelane-timers`, { onError });
  const stopping = new AbortController();

  const round = async (): Promise<number> => {
    if (!lease.isHeld()) return lookMs / 4;
    // The clock first: whatever was published before this moment is seen at the door by the look that follows.
    const { now, nextAt } = await lookAtTimers(options.database.sql);
    if (nextAt === null || nextAt > now) return Math.min(lookMs, nextAt === null ? lookMs : nextAt - now);
    const waitingAt = await oldestWaitingAt(redis, options.inboundKeys);
    const until = Math.min(now, waitingAt === null ? now : waitingAt - 1);
    const { chats, looked } = await ringTimers(options.database.sql, until, timersMax);
    // A doorbell that cannot be rung is no reason to stop: the sweep rings again.
    await options.ring(chats).catch((error: unknown) => log.warn({ err: error }, 'ring.failed'));
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
