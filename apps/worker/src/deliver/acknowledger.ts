import { replyReceiptSchema } from '@typelane/core';
import { acknowledge, batched, type Database, type Receipt } from '@typelane/db';
import { connectRedisForLoops, type Lease, type Log, queueNames, takeLease } from '@typelane/runtime';
import { QueueEvents, type RedisOptions } from 'bullmq';
import { type Publish, replyIdOf } from './outbound.ts';

export type Acknowledger = { lease: Lease; settle(receipt: Receipt): Promise<void>; stop(): Promise<void> };

type Options = { database: Database; redisUrl: string; prefix: string; publish: Publish; log: Log };

/**
 * Listens for completed replies, records WhatsApp's ids, and publishes the next reply of each chat. Every process would hear every
 * completion, so one is elected; what is missed between two of them the sweep finds.
 */
export function createAcknowledger({ database, redisUrl, prefix, publish, log }: Options): Acknowledger {
  const redis = connectRedisForLoops(redisUrl);
  const onError = (error: unknown) => log.warn({ err: error }, 'redis.error');
  redis.on('error', onError);
  let events: QueueEvents | null = null;

  const settle = batched(async (receipts: Receipt[]) => {
    const handed = await acknowledge(database.sql, receipts);
    for (const { reply, replyId, seq } of handed) void publish({ ...reply, replyId, seq });
    return receipts.map(() => undefined);
  });
  const hear = (jobId: string, keyIds: string[], failure: string | null): void => {
    const replyId = replyIdOf(jobId);
    if (replyId === null) return;
    if (failure !== null) log.warn({ replyId, failure }, 'reply.failed');
    settle({ replyId, keyIds, failure }).catch((error: unknown) => log.error({ err: error, replyId }, 'acknowledge.failed'));
  };
  const listen = (): void => {
    events = new QueueEvents(queueNames.outbound, { connection: connectionOptions(redisUrl), prefix });
    events.on('error', onError);
    events.on('completed', ({ jobId, returnvalue }) => hear(jobId, keyIdsOf(returnvalue), null));
    events.on('failed', ({ jobId, failedReason }) => hear(jobId, [], failedReason));
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

/** What a consumer returned; one that returns something else acknowledges all the same, without ids. */
export function keyIdsOf(returned: unknown): string[] {
  const value = typeof returned === 'string' ? fromJson(returned) : returned;
  const receipt = replyReceiptSchema.safeParse(value);
  return receipt.success ? receipt.data.keyIds : [];
}

function fromJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function connectionOptions(url: string): RedisOptions & { url: string } {
  return { url, maxRetriesPerRequest: null };
}
