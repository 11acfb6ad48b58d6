import { acknowledge, batched, type Database, type Receipt, rememberSent, type Sent } from '@typelane/db';
import { connectRedisForLoops, type Lease, type Log, queueNames, takeLease } from '@typelane/runtime';
import { type Queue, QueueEvents, type RedisOptions } from 'bullmq';
import type { Chat } from '../ingest/take-in.ts';
import type { Publish } from './outbound.ts';
import { keyIdsOf, receiptOf, replyIdOf } from './receipt.ts';
import { pauseAfterFailure } from './send-failure.ts';

export type Acknowledger = { lease: Lease; settle(receipt: Receipt): Promise<void>; stop(): Promise<void> };

type Options = {
  database: Database;
  redisUrl: string;
  prefix: string;
  outbound: Queue;
  publish: Publish;
  ring: (chats: Chat[]) => Promise<void>;
  log: Log;
};

/**
 * Listens for completed replies, records WhatsApp's ids, and publishes the next reply of each chat. Every process would hear every
 * completion, so one is elected; what is missed between two of them the sweep finds.
 */
export function createAcknowledger({ database, redisUrl, prefix, outbound, publish, ring, log }: Options): Acknowledger {
  const redis = connectRedisForLoops(redisUrl);
  const onError = (error: unknown) => log.warn({ err: error }, 'redis.error');
  redis.on('error', onError);
  let events: QueueEvents | null = null;

  const settle = batched(async (receipts: Receipt[]) => {
    const paused = await pauseAfterFailure(database, receipts);
    const handed = await acknowledge(database.sql, receipts);
    for (const { reply, replyId, seq } of handed) void publish({ ...reply, replyId, seq });
    // The pause is in the inbox: if nobody hears this, the sweep rings again.
    if (paused.length > 0) ring(paused).catch(onError);
    return receipts.map(() => undefined);
  });
  const remember = batched(async (sent: Sent[]) => {
    await rememberSent(database.sql, sent);
    return sent.map(() => undefined);
  });
  const record = (receipt: Receipt): void => {
    const { replyId, failure } = receipt;
    if (failure !== null) log.warn({ replyId, failure }, 'reply.failed');
    settle(receipt).catch((error: unknown) => log.error({ err: error, replyId }, 'acknowledge.failed'));
  };
  const completed = (jobId: string, returned: unknown): void => {
    const replyId = replyIdOf(jobId);
    if (replyId !== null) record({ replyId, keyIds: keyIdsOf(returned), failure: null });
  };
  // An echo may be here before the reply is done: what the consumer tells on its way is known as soon as it is told.
  const progressed = (jobId: string, progress: unknown): void => {
    const replyId = replyIdOf(jobId);
    const keyIds = keyIdsOf(progress);
    if (replyId === null || keyIds.length === 0) return;
    remember({ replyId, keyIds }).catch((error: unknown) => log.warn({ err: error, replyId }, 'remember.failed'));
  };
  // What was sent before it failed is in the job only. When it cannot be read now the sweep reads it.
  const failed = async (jobId: string): Promise<void> => {
    const receipt = receiptOf(await outbound.getJob(jobId));
    if (receipt) record(receipt);
  };
  const listen = (): void => {
    events = new QueueEvents(queueNames.outbound, { connection: connectionOptions(redisUrl), prefix });
    events.on('error', onError);
    events.on('completed', ({ jobId, returnvalue }) => completed(jobId, returnvalue));
    events.on('progress', ({ jobId, data }) => progressed(jobId, data));
    events.on('failed', ({ jobId }) => void failed(jobId).catch(onError));
  };
  const silence = async (): Promise<void> => {
    const open = events;
    events = null;
    await open?.close().catch(onError);
  };
  const lease = takeLease(redis, `${prefix}:${queueNames.outbound}:typelane-acknowledger`, {
    onError,
    onChange: (held) => (held ? listen() : void silence()),
  });

  return {
    lease,
    settle: (receipt) => settle(receipt),
    async stop() {
      await lease.release().catch(onError);
      await silence();
      redis.disconnect();
    },
  };
}

function connectionOptions(url: string): RedisOptions & { url: string } {
  return { url, maxRetriesPerRequest: null };
}
