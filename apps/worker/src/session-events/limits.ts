/** Times are milliseconds. Tests are in more of a hurry. */
export type SessionEventLimits = {
  /** Between two looks for something to tell or deliver. */
  pollMs: number;
  /** For one attempt, from the name lookup to the status. */
  timeoutMs: number;
  /** Until an attempt whose process died is made by another one. */
  claimMs: number;
  /** Between attempts; after the last the delivery is given up. */
  retryDelaysMs: readonly number[];
  /** A webhook whose deliveries fail for so long is switched off. */
  failingMaxMs: number;
  /** Events that wait on the queue, about 1 KB each: nobody may ever consume it. Those beyond wait in PostgreSQL. */
  queuedMax: number;
};

const [second, minute, hour, day] = [1_000, 60_000, 3_600_000, 86_400_000];

/** The schedule, the deadline and the five days are Svix's published ones, which receivers of webhooks know. */
export const sessionEventLimits: SessionEventLimits = {
  pollMs: second,
  timeoutMs: 15 * second,
  claimMs: minute,
  retryDelaysMs: [5 * second, 5 * minute, 30 * minute, 2 * hour, 5 * hour, 10 * hour, 10 * hour],
  failingMaxMs: 5 * day,
  queuedMax: 10_000,
};

/** A receiver may ask for a later attempt with `Retry-After`, but not for one that never comes. */
const retryAfterMaxMs = day;

/**
 * Milliseconds until the attempt after `attempt` (from 1); null: there is none. `chance`, from 0 to 1, spreads them by a fifth
 * to both sides, so that what failed together does not come back together.
 */
export function retryMs(delaysMs: readonly number[], attempt: number, retryAfterMs: number | null, chance: number): number | null {
  const delayMs = delaysMs[attempt - 1];
  if (delayMs === undefined) return null;
  return Math.max(delayMs * (0.8 + 0.4 * chance), Math.min(retryAfterMs ?? 0, retryAfterMaxMs));
}
