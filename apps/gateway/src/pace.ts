/** A limit as a bucket: `burst` at once, then one each `everyMs`. */
export type Limit = { burst: number; everyMs: number };

/**
 * When the next one may go, by the generic cell rate algorithm: `full` is when the bucket would be full again, in milliseconds of any clock.
 * The wait counts from `now`.
 */
export function reserve(full: number, now: number, { burst, everyMs }: Limit): { waitMs: number; full: number } {
  const next = Math.max(full, now) + everyMs;
  return { waitMs: Math.max(0, next - now - burst * everyMs), full: next };
}

/** Limits by key, of one process. Keys whose bucket is full again are forgotten. */
export function createPacer(now: () => number = () => performance.now()) {
  const buckets = new Map<string, number>();
  return {
    /** Milliseconds to wait. The place is taken. */
    take(key: string, limit: Limit): number {
      const { waitMs, full } = reserve(buckets.get(key) ?? 0, now(), limit);
      // Put behind the others, so that those at the front are the ones not used for longest.
      buckets.delete(key);
      buckets.set(key, full);
      for (const [oldest, at] of buckets) {
        if (at > now()) break;
        buckets.delete(oldest);
      }
      return waitMs;
    },
  };
}
