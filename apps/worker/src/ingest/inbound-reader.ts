import { setTimeout as sleep } from 'node:timers/promises';
import { closeInTime, connectRedisForLoops, acquireLease } from '@typelane/runtime';
import { watchForStall } from './stall-watch.ts';
import { type Chat, ingestBatch, type IngestPorts } from './ingest-batch.ts';
import { type WaitingJob, type WaitList, waitForJob, waitListOf } from './wait-list.ts';

/** Jobs and bytes of one peek. Larger batches measured no faster and make a late ingester's wasted work larger. */
const batch = { jobsMax: 100, bytesMax: 4 * 1_024 * 1_024 };

/** Milliseconds a process sleeps on the queue's marker before it looks by itself, and before it looks at a paused queue again. */
const idleMs = 1_000;

/** Milliseconds between attempts while PostgreSQL or Redis is away, at most. */
const retryMsMax = 5_000;

export type InboundReaderOptions = IngestPorts & {
  redisUrl: string;
  /** BullMQ's key of the queue: `<prefix>:<name>`. */
  queueKey: string;
  /** Called after the commit and before the jobs are removed. */
  wake: (chats: Chat[]) => Promise<void>;
};

/**
 * Lets events in: peek, commit, ring, pop.
 *
 * The oldest waiting jobs are read, committed to the inboxes and only then removed, and only if they still are the oldest. So the
 * order is the order of add whoever does it: batch k+1 becomes the oldest after batch k was popped, and that follows its
 * commit. A process that dies leaves its jobs in place; one that froze commits what is known already and its pop compares
 * unequal. One process at a time does it, by a lease that serves efficiency only.
 */
export function startInboundReader(options: InboundReaderOptions): { stop(): Promise<void> } {
  const { redisUrl, queueKey, log } = options;
  const redis = connectRedisForLoops(redisUrl);
  const blocking = connectRedisForLoops(redisUrl);
  const onError = (error: unknown) => log.warn({ err: error, queueKey }, 'redis.error');
  redis.on('error', onError);
  blocking.on('error', onError);
  const list = waitListOf(redis, queueKey);
  const stopping = new AbortController();
  const stall = watchForStall(queueKey, log);
  const lease = acquireLease(redis, `${queueKey}:typelane-inbound`, { onError });

  let orderRestoredAt = -Infinity;

  const round = async (): Promise<void> => {
    if (!lease.isHeld() || (await list.isPaused())) {
      stall.sleeps();
      return sleep(lease.isHeld() ? idleMs : idleMs / 4, undefined, { signal: stopping.signal });
    }
    if (performance.now() - orderRestoredAt > idleMs) {
      orderRestoredAt = performance.now();
      await list.restoreOrder();
    }
    const jobs = await list.peek(batch.jobsMax, batch.bytesMax);
    const [oldest] = jobs;
    if (oldest === undefined) {
      stall.sleeps();
      return waitForJob(blocking, queueKey, idleMs);
    }
    stall.sees(oldest.id);
    await ingestAndPop(options, list, jobs);
  };

  // Every attempt looks at the queue anew, so a job that an operator removes is out of the way.
  const loop = (async () => {
    for (let failures = 0; !stopping.signal.aborted;) {
      try {
        await round();
        failures = 0;
      } catch (error) {
        if (stopping.signal.aborted) return;
        failures += 1;
        log.error({ err: error, queueKey, failures }, 'ingest.failed');
        await sleep(Math.min(100 * 2 ** failures, retryMsMax), undefined, { signal: stopping.signal }).catch(() => {});
      }
    }
  })();

  return {
    async stop() {
      stopping.abort();
      stall.stop();
      // On a connection that is not there the command would be left for ever; once it is back it ends within `idleMs`.
      if (blocking.status === 'ready') blocking.disconnect();
      await closeInTime('door', loop, log);
      await lease.release().catch(onError);
      blocking.disconnect();
      redis.disconnect();
    },
  };
}

async function ingestAndPop({ queueKey, wake, ...ports }: InboundReaderOptions, list: WaitList, jobs: WaitingJob[]): Promise<void> {
  const chats = await ingestBatch(ports, queueKey, jobs);
  // A doorbell that cannot be rung is no reason to keep the jobs: the sweep rings again.
  await wake(chats).catch((error: unknown) => ports.log.warn({ err: error }, 'wake.failed'));
  await list.pop(jobs.map(({ id }) => id));
}
