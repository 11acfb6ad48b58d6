import { Queue } from 'bullmq';
import { Redis } from 'ioredis';
import { expect, onTestFinished, test } from 'vitest';
import { redisForTest } from './redis.ts';

const mine = redisForTest();
const other = redisForTest();

test('each call has a prefix of its own, and cleaning up one leaves the other alone', async () => {
  expect(mine.prefix).not.toBe(other.prefix);
  const redis = new Redis(mine.url, { maxRetriesPerRequest: null });
  onTestFinished(() => redis.disconnect());
  for (const { prefix } of [mine, other]) {
    const queue = new Queue('jobs', { connection: redis, prefix });
    await queue.addBulk(Array.from({ length: 2_000 }, () => ({ name: 'job', data: {} })));
    await queue.close();
  }
  await mine.cleanup();
  expect(await redis.keys(`${mine.prefix}*`)).toEqual([]);
  expect(await redis.keys(`${other.prefix}*`)).not.toEqual([]);
});
