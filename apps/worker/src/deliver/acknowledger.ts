import { acknowledge, retryOnReconnect, batched, type Database, type Receipt, rememberSent, type Sent } from '@typelane/db';
import { connectRedisForLoops, type Lease, type Log, queueNames, acquireLease } from '@typelane/runtime';
import type { Chat } from '../ingest/ingest-batch.ts';
import { failureClassOf } from './failure-class.ts';
import { type JobEvent, readJobEvents } from './job-events.ts';
import type { Publish } from './outbound.ts';
import { completedReceipt, failedReceipt, jobIdOf, keyIdsOf, replyIdOf } from './receipt.ts';
import { pauseAfterFailure } from './send-failure.ts';

export type Acknowledger = { lease: Lease; settle(receipt: Receipt): Promise<void>; stop(): Promise<void> };

/** Milliseconds, so that replies wait no longer for the next one when a process dies. Two that believe to be elected do no harm. */
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
 * Hears of completed replies, records WhatsApp's ids, and publishes the next reply of each chat. Every process would hear every
 * completion, so one is elected, and goes on where the one before it stopped.
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
    // The pause is in the inbox: if nobody hears this, the sweep rings again.
    if (paused.length > 0) wake(paused).catch(onError);
    return receipts.map(() => undefined);
  });
  const remember = batched(async (sent: Sent[]) => {
    await rememberSent(database.sql, sent);
    return sent.map(() => undefined);
  });
  /** One receipt that cannot be recorded is left to the sweep, and holds up no other. */
  const record = async (receipt: Receipt): Promise<void> => {
    const { replyId, failure } = receipt;
    if (failure !== null) log.warn({ replyId, failure: failureClassOf(failure) }, 'reply.failed');
    await retryOnReconnect(() => settle(receipt)).catch((error: unknown) => log.error({ err: error, replyId }, 'acknowledge.failed'));
  };
  // An echo may be here before the reply is done: what the consumer tells on its way is known as soon as it is told.
  const progressed = async (replyId: string, keyIds: string[]): Promise<void> => {
    if (keyIds.length === 0) return;
    await remember({ replyId, keyIds }).catch((error: unknown) => log.warn({ err: error, replyId }, 'remember.failed'));
  };
  const heard = async ({ event, jobId = '', returnvalue, failedReason = '', data }: JobEvent): Promise<void> => {
    const replyId = replyIdOf(jobId);
    if (replyId === null) return;
    if (event === 'completed') await record(completedReceipt(replyId, returnvalue ?? null));
    if (event === 'progress') await progressed(replyId, keyIdsOf(data ?? null));
    if (event === 'failed')
      await record(failedReceipt(replyId, failedReason, await redis.hget(`${queueKey}:${jobIdOf(replyId)}`, 'progress')));
  };
  const listen = (): void => {
    const connection = connectRedisForLoops(redisUrl);
    connection.on('error', onError);
    reading = readJobEvents({
      redis: connection,
      queueKey,
      handle: async (events) => void (await Promise.all(events.map(heard))),
      onError,
    });
  };
  const silence = async (): Promise<void> => {
    const open = reading;
    reading = null;
    await open?.stop();
  };
  const lease = acquireLease(redis, `${queueKey}:typelane-acknowledger`, {
    ttlMs: leaseMs,
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
