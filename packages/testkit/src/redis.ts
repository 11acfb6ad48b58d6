import { randomUUID } from 'node:crypto';
import { Redis } from 'ioredis';
import { afterAll, inject } from 'vitest';
import './servers.ts';

export type TestRedis = {
  url: string;
  /** For BullMQ's `prefix` option: no two test files share queues. */
  prefix: string;
  /** Deletes every key under the prefix. Runs by itself at the end of the file. */
  cleanup(): Promise<void>;
};

/** The run's Redis with a prefix for one test file. Call it at the top of the file, before anything that must be closed first. */
export function redisForTest(): TestRedis {
  const url = inject('redisUrl');
  const prefix = `test-${randomUUID()}`;
  const cleanup = (): Promise<void> => deleteKeys(url, prefix);
  // Hooks run last registered first: queues and workers of the file are closed before their keys go.
  afterAll(cleanup);
  return { url, prefix, cleanup };
}

async function deleteKeys(url: string, prefix: string): Promise<void> {
  const redis = new Redis(url);
  try {
    for await (const keys of redis.scanStream({ match: `${prefix}*`, count: 1000 })) {
      if (Array.isArray(keys) && keys.length > 0) await redis.unlink(...keys.map(String));
    }
  } finally {
    redis.disconnect();
  }
}
