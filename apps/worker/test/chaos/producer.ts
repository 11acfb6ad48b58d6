import { setTimeout as sleep } from 'node:timers/promises';
import type { InboundEvent } from '@typelane/core';
import { Queue } from 'bullmq';
import { Redis } from 'ioredis';

export type Producer = { ready(): Promise<unknown>; publish(jobId: string, event: InboundEvent): Promise<void>; close(): Promise<void> };

/** A producer that keeps the contract: it repeats the same job id until the add is acknowledged, and adds nothing else of the chat before that. */
export function startProducer(redisUrl: string, prefix: string): Producer {
  const connection = new Redis(redisUrl, { maxRetriesPerRequest: 1, retryStrategy: () => 100, commandTimeout: 2_000 });
  connection.on('error', () => {});
  const queue = new Queue('inbound', { connection, prefix });
  queue.on('error', () => {});
  return {
    ready: () => queue.waitUntilReady(),
    async publish(jobId, event) {
      for (;;) {
        try {
          await queue.add('message', event, { jobId, removeOnComplete: { age: 3_600 } });
          return;
        } catch {
          await sleep(100);
        }
      }
    },
    async close() {
      await queue.close();
      connection.disconnect();
    },
  };
}
