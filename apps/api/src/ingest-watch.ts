import { type connectRedis, inboundQueues, type Log } from '@typelane/runtime';

/** Milliseconds between checks. They run in the background, so a single request to `/readyz` sees a stall that began earlier. */
const lookEveryMs = 10_000;

/** A queue whose oldest job has not changed for `forMs` milliseconds. */
export type Stall = { queue: string; forMs: number };

export type IngestWatch = {
  /** Looks at the inbound queues now. Empty: all of them move, are empty, or are paused. Rejects while Redis is away. */
  stalls(): Promise<Stall[]>;
  stop(): void;
};

/**
 * Finds inbound queues that nobody reads, whatever the reason: no worker, a worker that fails, one that hangs. A queue moves as long as its
 * oldest job changes, however many wait; so a backlog that is worked off is no stall, and neither is one that is shorter than `afterMs`.
 */
export function watchIngest(
  redis: ReturnType<typeof connectRedis>,
  { prefix, partitions, afterMs, log }: { prefix: string; partitions: number; afterMs: number; log: Log },
): IngestWatch {
  const seen = new Map<string, { job: string; since: number }>();
  const look = async (queue: string): Promise<Stall | null> => {
    const job = await oldestJob(redis, `${prefix}:${queue}`);
    const before = seen.get(queue);
    if (job === null) seen.delete(queue);
    else if (before?.job !== job) seen.set(queue, { job, since: performance.now() });
    if (job === null || before?.job !== job) return null;
    const forMs = performance.now() - before.since;
    return forMs >= afterMs ? { queue, forMs } : null;
  };
  const stalls = async (): Promise<Stall[]> => (await Promise.all(inboundQueues(partitions).map(look))).filter((stall) => stall !== null);
  const timer = setInterval(() => {
    stalls().then(
      (found) => found.forEach(({ queue, forMs }) => log.error({ queue, forMs: Math.round(forMs) }, 'ingest.stalled')),
      // Redis is away: /readyz says so by itself.
      () => {},
    );
  }, lookEveryMs);
  timer.unref();
  return { stalls, stop: () => clearInterval(timer) };
}

/** Id and time of the oldest job: producers may use an id again. Null: none waits, or the queue was paused by somebody. */
async function oldestJob(redis: ReturnType<typeof connectRedis>, key: string): Promise<string | null> {
  const [active, waiting, isPaused] = await Promise.all([
    redis.lindex(`${key}:active`, -1),
    redis.lindex(`${key}:wait`, -1),
    redis.hexists(`${key}:meta`, 'paused'),
  ]);
  const id = active ?? waiting;
  if (id === null || isPaused === 1) return null;
  return `${id} ${await redis.hget(`${key}:${id}`, 'timestamp').catch(() => null)}`;
}
