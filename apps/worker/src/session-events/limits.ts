/** Times are milliseconds. Tests use shorter ones. */
export type SessionEventLimits = {
  /** Between two polls for events to publish or deliver. */
  pollMs: number;
  /** For one attempt, from the name lookup to the status. */
  timeoutMs: number;
  /** Until another process repeats an attempt whose process died. */
  claimMs: number;
  /** Between attempts. After the last one the delivery is given up. */
  retryDelaysMs: readonly number[];
  /** A webhook whose deliveries have failed for this long is disabled. */
  failingMaxMs: number;
  /** Events on the queue, about 1 KB each, because it may have no consumer. The rest wait in PostgreSQL. */
  queuedMax: number;
};

const [second, minute, hour, day] = [1_000, 60_000, 3_600_000, 86_400_000];

/** The schedule, the timeout and the five days are the ones Svix publishes. */
export const sessionEventLimits: SessionEventLimits = {
  pollMs: second,
  timeoutMs: 15 * second,
  claimMs: minute,
  retryDelaysMs: [5 * second, 5 * minute, 30 * minute, 2 * hour, 5 * hour, 10 * hour, 10 * hour],
  failingMaxMs: 5 * day,
  queuedMax: 10_000,
};

/** The longest `Retry-After` of a receiver that is honoured. */
const retryAfterMaxMs = day;

/**
 * Milliseconds until the attempt after `attempt` (from 1). Null: there is no further attempt. `chance`, from 0 to 1, varies the delay by
 * a fifth in both directions, so that deliveries that failed together are not repeated together.
 */
export function retryMs(delaysMs: readonly number[], attempt: number, retryAfterMs: number | null, chance: number): number | null {
  const delayMs = delaysMs[attempt - 1];
  if (delayMs === undefined) return null;
  return Math.max(delayMs * (0.8 + 0.4 * chance), Math.min(retryAfterMs ?? 0, retryAfterMaxMs));
}
