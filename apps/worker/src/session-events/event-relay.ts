import type { SessionEvent } from '@typelane/core';
import { type Database, deleteOldSessionEvents, createDeliveries, markQueued, unqueued } from '@typelane/db';
import { connectRedisForLoops, type Log, queueNames, acquireLease } from '@typelane/runtime';
import type { Queue } from 'bullmq';
import type { SessionEventLimits } from './limits.ts';
import { type PollLoop, startPollLoop } from './poll-loop.ts';

/** Session events per page. */
const batchSize = 500;

/** Finished jobs that are kept, age in seconds. While a job is kept, its id prevents a second add of the same event. */
const eventsKept = { completed: { age: 3_600, count: 1_000 }, failed: { age: 86_400, count: 10_000 } };

/** Days that session events and their deliveries are kept, delivered or not. */
const keptDays = 30;

type Options = {
  database: Database;
  redisUrl: string;
  prefix: string;
  events: Queue;
  limits: Pick<SessionEventLimits, 'pollMs' | 'queuedMax'>;
  log: Log;
  /** Called when new deliveries exist. */
  onDeliveries(): void;
};

/**
 * Relays session events to the webhooks of their instance, and to the queue in order. A lease elects one process to keep the order. If two
 * hold it for a moment, the ids of the jobs prevent duplicates of jobs that still exist.
 */
export function startEventRelay({ database, redisUrl, prefix, events, limits, log, onDeliveries }: Options): PollLoop {
  const { sql } = database;
  const redis = connectRedisForLoops(redisUrl);
  const onError = (error: unknown): void => log.warn({ err: error }, 'relay.failed');
  redis.on('error', onError);
  let wasFull = false;

  const toWebhooks = async (): Promise<void> => {
    for (let dispatched = batchSize; dispatched === batchSize;) {
      dispatched = await createDeliveries(sql, batchSize);
      if (dispatched > 0) onDeliveries();
    }
  };
  const toQueue = async (): Promise<void> => {
    for (let found = batchSize; found === batchSize && lease.isHeld();) {
      const room = limits.queuedMax - (await events.getJobCountByTypes('waiting', 'delayed'));
      if (room <= 0 && !wasFull)
        log.warn({ waiting: limits.queuedMax }, 'events.full: the queue has no consumer; new events wait in PostgreSQL');
      wasFull = room <= 0;
      const sessionEvents = room <= 0 ? [] : await unqueued(sql, Math.min(room, batchSize));
      await enqueue(events, sessionEvents);
      await markQueued(
        sql,
        sessionEvents.map(({ data }) => data.sessionEventId),
      );
      found = sessionEvents.length;
    }
  };
  const look = async (): Promise<void> => {
    if (!lease.isHeld()) return;
    // Independent: a failure of one must not delay the other.
    const ended = await Promise.allSettled([toWebhooks(), toQueue()]);
    for (const each of ended) if (each.status === 'rejected') onError(each.reason);
  };
  const lease = acquireLease(redis, `${prefix}:${queueNames.events}:typelane-event-relay`, { onError, onChange: () => loop.wake() });
  const loop = startPollLoop(look, limits.pollMs, onError);

  return {
    wake: () => loop.wake(),
    async stop() {
      await loop.stop();
      await lease.release().catch(onError);
      redis.disconnect();
    },
  };
}

async function enqueue(events: Queue, sessionEvents: SessionEvent[]): Promise<void> {
  if (sessionEvents.length === 0) return;
  await events.addBulk(
    sessionEvents.map((data) => ({
      name: 'event',
      data,
      opts: { jobId: data.data.sessionEventId, removeOnComplete: eventsKept.completed, removeOnFail: eventsKept.failed },
    })),
  );
}

/** Part of the sweep. Returns how many events were deleted. */
export async function deleteOldSessionEventsBatch({ sql }: Database): Promise<number> {
  let deleted = 0;
  for (let found = batchSize; found === batchSize;) {
    found = await deleteOldSessionEvents(sql, keptDays * 86_400_000, batchSize);
    deleted += found;
  }
  return deleted;
}
