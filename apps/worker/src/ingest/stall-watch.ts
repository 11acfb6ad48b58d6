import type { Log } from '@typelane/runtime';

/** Milliseconds the same job may stay the oldest before it is logged (longer than a failover), and between two log lines. */
const defaults = { afterMs: 60_000, everyMs: 30_000 };

export type StallWatch = {
  /** This job is now the oldest. */
  sees(jobId: string): void;
  /** Nothing waits, or another process reads the queue. */
  sleeps(): void;
  stop(): void;
};

/** Logs `ingest.stalled` while one job stays the oldest, whether its attempts fail or hang. */
export function watchForStall(queueKey: string, log: Log, { afterMs, everyMs } = defaults): StallWatch {
  let oldest: { jobId: string; since: number } | null = null;
  const timer = setInterval(() => {
    if (oldest === null) return;
    const forMs = Math.round(performance.now() - oldest.since);
    if (forMs >= afterMs) log.error({ queueKey, jobId: oldest.jobId.slice(0, 100), forMs }, 'ingest.stalled');
  }, everyMs);
  timer.unref();
  return {
    sees(jobId) {
      if (oldest?.jobId !== jobId) oldest = { jobId, since: performance.now() };
    },
    sleeps() {
      oldest = null;
    },
    stop: () => clearInterval(timer),
  };
}
