import { setTimeout as sleep } from 'node:timers/promises';
import type { InboundJob } from './inbound-job.ts';

/** Redis did not acknowledge an event in time. It may or may not be in the queue: publish it again. `cause` is the last error seen. */
export class PublishError extends Error {
  override name = 'PublishError';
}

export type Lane = {
  /** Resolves when the job is acknowledged; rejects with `PublishError` after `timeoutMs`. */
  publish(job: InboundJob, timeoutMs: number): Promise<void>;
  /** Accepts no more jobs and resolves when all accepted ones are acknowledged or given up. */
  close(): Promise<void>;
};

type LanePorts = {
  ready(): Promise<void>;
  /** Adds in the order given; rejects unless all were acknowledged. Adding a job twice must be harmless. */
  add(jobs: InboundJob[]): Promise<void>;
  /** The reason when there is no connection. */
  connectionError(): unknown;
};

type Waiting = { job: InboundJob; settle(error?: PublishError): void };

/** At most 25 MiB in one write, by the limit of a job. */
const batchMax = 50;

/**
 * Sends the jobs of one queue one batch after the other, so that a later job never overtakes a retried one.
 * Jobs published while a batch is in flight form the next batch.
 */
export function createLane(ports: LanePorts): Lane {
  const waiting = new Set<Waiting>();
  const published = new Set<Promise<void>>();
  let draining = false;
  let closed = false;
  let lastError: unknown;

  async function drain(): Promise<void> {
    for (let failures = 0; waiting.size > 0;) {
      let batch: Waiting[] = [];
      try {
        await ports.ready();
        // Chosen after the wait: jobs given up meanwhile must not be published.
        batch = firstOf(waiting, batchMax);
        if (batch.length > 0) await ports.add(batch.map((entry) => entry.job));
        for (const entry of batch) entry.settle();
        failures = 0;
        lastError = undefined;
      } catch (error) {
        lastError = error;
        if (isFinal(error)) for (const entry of batch) entry.settle(refused(error));
        else await sleep(Math.min(20 * 2 ** failures++, 500));
      }
    }
    draining = false;
  }

  function enqueue(job: InboundJob, timeoutMs: number): Promise<void> {
    return new Promise((resolve, reject) => {
      const settle = (error?: PublishError) => {
        clearTimeout(timer);
        waiting.delete(entry);
        if (error === undefined) resolve();
        else reject(error);
      };
      const timer = setTimeout(() => settle(gaveUp(timeoutMs, lastError ?? ports.connectionError())), timeoutMs);
      const entry = { job, settle };
      waiting.add(entry);
      if (draining) return;
      draining = true;
      void drain();
    });
  }

  return {
    async publish(job, timeoutMs) {
      if (closed) throw new PublishError('The publisher is closed.');
      const done = enqueue(job, timeoutMs);
      published.add(done);
      await done.finally(() => published.delete(done));
    },
    async close() {
      closed = true;
      await Promise.allSettled(published);
    },
  };
}

function firstOf<T>(values: Set<T>, count: number): T[] {
  const first: T[] = [];
  for (const value of values) if (first.push(value) >= count) break;
  return first;
}

/** Errors of Redis while it starts, fails over, saves or is full. Any other error would be repeated on a retry. */
const passing = /\b(LOADING|BUSY|READONLY|MASTERDOWN|CLUSTERDOWN|TRYAGAIN|NOREPLICAS|MISCONF|OOM|NOSCRIPT)\b/;

function isFinal(error: unknown): boolean {
  return error instanceof Error && error.name === 'ReplyError' && !passing.test(error.message);
}

function refused(cause: unknown): PublishError {
  return new PublishError(`Redis refused the event: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
}

function gaveUp(timeoutMs: number, cause: unknown): PublishError {
  const reason = cause instanceof Error ? ` Last error: ${cause.message}` : '';
  return new PublishError(`Redis did not acknowledge the event within ${timeoutMs} ms.${reason}`, { cause });
}
