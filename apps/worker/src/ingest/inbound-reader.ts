import { setTimeout as sleep } from 'node:timers/promises';
import { closeInTime, connectRedisForLoops, acquireLease } from '@typelane/runtime';
import { watchForStall } from './stall-watch.ts';
import { type Chat, ingestBatch, type IngestPorts } from './ingest-batch.ts';
import { type WaitingJob, type WaitList, waitForJob, waitListOf } from './wait-list.ts';

/** Jobs and bytes of one peek. Larger batches were measured to be no faster, and a process that lost its lease would waste more work. */
const batch = { jobsMax: 100, bytesMax: 4 * 1_024 * 1_024 };

/** Milliseconds a process blocks on the marker of an empty queue, and sleeps while the queue is paused. */
const idleMs = 1_000;

/** Milliseconds between attempts while PostgreSQL or Redis is unreachable, at most. */
const retryMsMax = 5_000;

export type InboundReaderOptions = IngestPorts & {
  redisUrl: string;
  /** BullMQ's key of the queue: `<prefix>:<name>`. */
  queueKey: string;
  /** Called after the commit and before the jobs are removed. */
  wake: (chats: Chat[]) => Promise<void>;
};

/**
 * Ingests events: peek, commit, wake, pop.
 *
 * The oldest waiting jobs are read, committed to the inboxes, and then removed if they are still the oldest. This keeps the order in
 * which jobs were added, in any process: batch k+1 becomes the oldest after batch k was popped, and the pop follows the commit. A
 * process that dies leaves its jobs in place. A process that was frozen commits events that are already known, and pops nothing. The
 * lease lets one process do the work at a time; it saves work and is not needed for correctness.
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

  // Every attempt peeks again, so an operator can remove a job that cannot be ingested.
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
      // Disconnecting a client that is reconnecting would leave its command pending. After the reconnect the command ends within `idleMs`.
      if (blocking.status === 'ready') blocking.disconnect();
      await closeInTime('inbound reader', loop, log);
      await lease.release().catch(onError);
      blocking.disconnect();
      redis.disconnect();
    },
  };
}

async function ingestAndPop({ queueKey, wake, ...ports }: InboundReaderOptions, list: WaitList, jobs: WaitingJob[]): Promise<void> {
  const chats = await ingestBatch(ports, queueKey, jobs);
  // The events are committed, so the jobs are removed even if the wake-up fails: the sweep wakes again.
  await wake(chats).catch((error: unknown) => ports.log.warn({ err: error }, 'wake.failed'));
  await list.pop(jobs.map(({ id }) => id));
}
