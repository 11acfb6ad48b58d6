import { acknowledge, retryOnReconnect, batched, type Database, type Receipt, rememberSent, type Sent } from '@typelane/db';
import { connectRedisForLoops, type Lease, type Log, queueNames, acquireLease } from '@typelane/runtime';
import type { Chat } from '../ingest/ingest-batch.ts';
import { type JobEvent, readJobEvents } from './job-events.ts';
import type { Publish } from './outbound.ts';
import { completedReceipt, failedReceipt, failureClassOf, jobIdOf, keyIdsOf, replyIdOf } from './receipt.ts';
import { pauseAfterFailure } from './send-failure.ts';

export type Acknowledger = { lease: Lease; settle(receipt: Receipt): Promise<void>; stop(): Promise<void> };

/** Milliseconds that receipts wait at most when the lease holder dies. Two holders at once do no harm. */
const leaseMs = 2_000;

type Options = {
  database: Database;
  redisUrl: string;
  prefix: string;
  publish: Publish;
  wake: (chats: Chat[]) => Promise<void>;
  log: Log;
};

/**
 * Reads the completion of replies, stores WhatsApp's ids, and publishes the next reply of each conversation. Every process would read every
 * completion, so a lease elects one, which continues where the previous holder stopped.
 */
export function createAcknowledger({ database, redisUrl, prefix, publish, wake, log }: Options): Acknowledger {
  const redis = connectRedisForLoops(redisUrl);
  const onError = (error: unknown) => log.warn({ err: error }, 'redis.error');
  redis.on('error', onError);
  const queueKey = `${prefix}:${queueNames.outbound}`;
  let reading: { stop(): Promise<void> } | null = null;

  const settle = batched(async (receipts: Receipt[]) => {
    const paused = await pauseAfterFailure(database, receipts);
    const dispatched = await acknowledge(database.sql, receipts);
    for (const { reply, replyId, seq } of dispatched) void publish({ ...reply, replyId, seq });
    // The pause is in the inbox: if this wake-up is lost, the sweep wakes again.
    if (paused.length > 0) wake(paused).catch(onError);
    return receipts.map(() => undefined);
  });
  const remember = batched(async (sent: Sent[]) => {
    await rememberSent(database.sql, sent);
    return sent.map(() => undefined);
  });
  /** A receipt that cannot be stored is left to the sweep and delays no other. */
  const record = async (receipt: Receipt): Promise<void> => {
    const { replyId, failure } = receipt;
    if (failure !== null) log.warn({ replyId, failure: failureClassOf(failure) }, 'reply.failed');
    await retryOnReconnect(() => settle(receipt)).catch((error: unknown) => log.error({ err: error, replyId }, 'acknowledge.failed'));
  };
  // An echo may arrive before the reply is complete, so ids that the consumer reports as progress are stored at once.
  const progressed = async (replyId: string, keyIds: string[]): Promise<void> => {
    if (keyIds.length === 0) return;
    await remember({ replyId, keyIds }).catch((error: unknown) => log.warn({ err: error, replyId }, 'remember.failed'));
  };
  const handle = async ({ event, jobId = '', returnvalue, failedReason = '', data }: JobEvent): Promise<void> => {
    const replyId = replyIdOf(jobId);
    if (replyId === null) return;
    if (event === 'completed') await record(completedReceipt(replyId, returnvalue ?? null));
    if (event === 'progress') await progressed(replyId, keyIdsOf(data ?? null));
    if (event === 'failed')
      await record(failedReceipt(replyId, failedReason, await redis.hget(`${queueKey}:${jobIdOf(replyId)}`, 'progress')));
  };
  const startReading = (): void => {
    const connection = connectRedisForLoops(redisUrl);
    connection.on('error', onError);
    reading = readJobEvents({
      redis: connection,
      queueKey,
      handle: async (events) => void (await Promise.all(events.map(handle))),
      onError,
    });
  };
  const stopReading = async (): Promise<void> => {
    const open = reading;
    reading = null;
    await open?.stop();
  };
  const lease = acquireLease(redis, `${queueKey}:typelane-acknowledger`, {
    ttlMs: leaseMs,
    onError,
    onChange: (held) => (held ? startReading() : void stopReading()),
  });

  return {
    lease,
    settle: (receipt) => settle(receipt),
    async stop() {
      await lease.release().catch(onError);
      await stopReading();
      redis.disconnect();
    },
  };
}
