import { setTimeout as sleep } from 'node:timers/promises';
import { connectRedisForLoops, createQueue, type Log } from '@typelane/runtime';
import { WaitingError, Worker } from 'bullmq';
import type { Redis } from 'ioredis';
import type { InboundReaderOptions } from './inbound-reader.ts';
import { watchForStall } from './stall-watch.ts';
import { type Chat, ingestBatch } from './ingest-batch.ts';

/** Milliseconds between looks for a job that BullMQ cannot read. */
const janitorMs = 1_000;

/**
 * The door on BullMQ's public API, for a BullMQ or Redis that does not keep the other one's contract: one job at a time over all
 * processes, so that none can pass another. About 600 events a second, where the other door lets in 17,000.
 */
export function startFallbackReader({ redisUrl, queueKey, wake, ...ports }: InboundReaderOptions): { stop(): Promise<void> } {
  const { log } = ports;
  const [prefix, name] = split(queueKey);
  const redis = connectRedisForLoops(redisUrl);
  const onError = (error: unknown) => log.warn({ err: error, queueKey }, 'redis.error');
  redis.on('error', onError);
  const stopping = new AbortController();
  const stall = watchForStall(queueKey, log);
  /** BullMQ gives up a job whose processor throws. */
  const untilTaken = async (take: () => Promise<Chat[]>): Promise<Chat[]> => {
    for (let failures = 1; ; failures += 1) {
      try {
        return await take();
      } catch (error) {
        log.error({ err: error, queueKey, failures }, 'ingest.failed');
        await sleep(Math.min(100 * 2 ** failures, 5_000), undefined, { signal: stopping.signal });
      }
    }
  };
  const queue = createQueue(name, redis, prefix);
  queue.on('error', onError);
  const worker = new Worker(
    name,
    async (job, token) => {
      const jobs = [{ id: job.id ?? '', data: JSON.stringify(job.data) }];
      stall.sees(jobs[0]?.id ?? '');
      const chats = await untilTaken(() => ingestBatch(ports, queueKey, jobs)).catch(async (error: unknown) => {
        if (!stopping.signal.aborted) throw error;
        // Back to the head of the line, for the next process: a job that fails here would be lost.
        await job.moveToWait(token);
        throw new WaitingError();
      });
      stall.sleeps();
      await wake(chats).catch((error: unknown) => log.warn({ err: error }, 'wake.failed'));
    },
    // A crashed process's job goes back to the head of the line after this long; nothing passes it meanwhile.
    {
      connection: redis,
      prefix,
      concurrency: 1,
      lockDuration: 5_000,
      stalledInterval: 2_000,
      maxStalledCount: 1_000,
      removeOnComplete: { count: 0 },
      autorun: false,
    },
  );
  worker.on('error', onError);
  const running = queue.setGlobalConcurrency(1).then(() => worker.run(), onError);
  const janitor = setInterval(
    () => void clearUnreadable(redis, queueKey, (data, id) => ingestBatch(ports, queueKey, [{ id, data }]), log),
    janitorMs,
  );

  return {
    async stop() {
      clearInterval(janitor);
      stall.stop();
      stopping.abort();
      await worker.close();
      await running;
      await queue.close();
      redis.disconnect();
    },
  };
}

/** A job whose data is no JSON never reaches `failed`: BullMQ takes it, cannot read it, and takes it again for ever. */
async function clearUnreadable(
  redis: Redis,
  queueKey: string,
  insertDeadLetter: (data: string, id: string) => Promise<unknown>,
  log: Log,
): Promise<void> {
  try {
    for (const id of await redis.lrange(`${queueKey}:active`, 0, -1)) {
      const data = await redis.hget(`${queueKey}:${id}`, 'data');
      if (data === null || isJson(data)) continue;
      await insertDeadLetter(data, id);
      await redis.multi().lrem(`${queueKey}:active`, 1, id).del(`${queueKey}:${id}`, `${queueKey}:${id}:lock`).exec();
    }
  } catch (error) {
    log.warn({ err: error, queueKey }, 'janitor.failed');
  }
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function split(queueKey: string): [prefix: string, name: string] {
  const colon = queueKey.lastIndexOf(':');
  return [queueKey.slice(0, colon), queueKey.slice(colon + 1)];
}
