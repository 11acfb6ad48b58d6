/** BullMQ alone, from the inbound to the outbound queue: no Typebot, no Postgres. Started by the benchmark. */
import type { InboundEvent } from '@typelane/core';
import { Queue, Worker } from 'bullmq';
import { Redis } from 'ioredis';

const { REDIS_URL = '', QUEUE_PREFIX: prefix = '' } = process.env;
const connection = new Redis(REDIS_URL, { maxRetriesPerRequest: null });
const outbound = new Queue('outbound', { connection, prefix });
const worker = new Worker<InboundEvent>(
  'inbound',
  async ({ data: { data } }) => {
    const messages = [{ type: 'text', text: data.content['text'] }];
    await outbound.add('reply', { to: data.keyRemoteJid, messages }, { removeOnComplete: { age: 900 } });
  },
  { connection, prefix, concurrency: 200, removeOnComplete: { count: 0 } },
);
await worker.waitUntilReady();
console.log('ready 0');
