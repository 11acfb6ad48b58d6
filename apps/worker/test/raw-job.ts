import type { Redis } from 'ioredis';

/**
 * Adds a job as a producer without BullMQ could: any text as its `data`, or (null) an id without a hash.
 *
 * @param queueKey `<prefix>:<queue>`
 */
export async function addRaw(redis: Redis, queueKey: string, id: string, data: string | null): Promise<void> {
  const add = redis.multi();
  if (data !== null) add.hset(`${queueKey}:${id}`, { name: 'message', data, opts: '{}', timestamp: Date.now(), delay: 0, priority: 0 });
  await add.lpush(`${queueKey}:wait`, id).zadd(`${queueKey}:marker`, 0, '0').exec();
}
