import { randomUUID } from 'node:crypto';
import { Queue, QueueEvents } from 'bullmq';
import { Redis } from 'ioredis';
import { inject, onTestFinished } from 'vitest';

export type TestQueues = {
  url: string;
  /** Of this test alone. */
  prefix: string;
  redis: Redis;
  queue(name: string): Queue;
  queueEvents(name: string): Promise<QueueEvents>;
  /** The data of the waiting jobs, oldest first, as Typelane would read them. */
  waiting(name: string): Promise<unknown[]>;
  /** Deletes the keys of this test, as a Redis that lost its memory would. */
  forget(): Promise<void>;
};

/** Queues of one test in the run's Redis. Everything is closed and deleted when the test is over. */
export function testQueues(): TestQueues {
  const url = inject('redisUrl');
  const prefix = `test-${randomUUID()}`;
  const redis = new Redis(url, { maxRetriesPerRequest: null });
  const closers: Array<() => Promise<void>> = [];

  async function forget(): Promise<void> {
    const keys = await redis.keys(`${prefix}:*`);
    if (keys.length > 0) await redis.unlink(...keys);
  }

  onTestFinished(async () => {
    await Promise.all(closers.map((close) => close()));
    await forget();
    redis.disconnect();
  });

  return {
    url,
    prefix,
    redis,
    queue(name) {
      const queue = new Queue(name, { connection: redis, prefix });
      closers.push(() => queue.close());
      return queue;
    },
    async queueEvents(name) {
      const events = new QueueEvents(name, { connection: redis, prefix });
      closers.push(() => events.close());
      await events.waitUntilReady();
      return events;
    },
    async waiting(name) {
      const ids = await redis.lrange(`${prefix}:${name}:wait`, 0, -1);
      return await Promise.all(ids.toReversed().map(async (id) => parse(await redis.hget(`${prefix}:${name}:${id}`, 'data'))));
    },
    forget,
  };
}

function parse(json: string | null): unknown {
  return json === null ? null : JSON.parse(json);
}
