import type { SessionEvent } from '@typelane/core';
import { type Database, deleteOldSessionEvents, createDeliveries, markQueued, unqueued } from '@typelane/db';
import { connectRedisForLoops, type Log, queueNames, acquireLease } from '@typelane/runtime';
import type { Queue } from 'bullmq';
import type { SessionEventLimits } from './limits.ts';
import { type PollLoop, startPollLoop } from './poll-loop.ts';

/** Announcements handed on at a time. */
const batchSize = 500;

/** Finished jobs that stay: within their seconds an event that is added again is known by its id. */
const eventsKept = { completed: { age: 3_600, count: 1_000 }, failed: { age: 86_400, count: 10_000 } };

/** Days that session_events and their deliveries are kept, delivered or not. */
const keptDays = 30;

type Options = {
  database: Database;
  redisUrl: string;
  prefix: string;
  events: Queue;
  limits: Pick<SessionEventLimits, 'pollMs' | 'queuedMax'>;
  log: Log;
  /** There is something to deliver. */
  onHanded(): void;
};

/**
 * Hands session_events on: to the webhooks of their instance, and to the queue in their order. One process is elected, for the order's
 * sake; should two believe to be it, the jobs' ids keep either from adding twice what is still there.
 */
export function startEventRelay({ database, redisUrl, prefix, events, limits, log, onHanded }: Options): PollLoop {
  const { sql } = database;
  const redis = connectRedisForLoops(redisUrl);
  const onError = (error: unknown): void => log.warn({ err: error }, 'relay.failed');
  redis.on('error', onError);
  let wasFull = false;

  const toWebhooks = async (): Promise<void> => {
    for (let dispatched = batchSize; dispatched === batchSize;) {
      dispatched = await createDeliveries(sql, batchSize);
      if (dispatched > 0) onHanded();
    }
  };
  const toQueue = async (): Promise<void> => {
    for (let found = batchSize; found === batchSize && lease.isHeld();) {
      const room = limits.queuedMax - (await events.getJobCountByTypes('waiting', 'delayed'));
      if (room <= 0 && !wasFull)
        log.warn({ waiting: limits.queuedMax }, 'events.full: nobody consumes the queue; what comes waits in PostgreSQL');
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
    // Neither waits for the other to be well.
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

/** Part of the sweep. Returns how many were forgotten. */
export async function deleteOldSessionEventsBatch({ sql }: Database): Promise<number> {
  let forgotten = 0;
  for (let found = batchSize; found === batchSize;) {
    found = await deleteOldSessionEvents(sql, keptDays * 86_400_000, batchSize);
    forgotten += found;
  }
  return forgotten;
}
