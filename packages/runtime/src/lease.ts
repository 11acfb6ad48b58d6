import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Redis } from 'ioredis';

/**
 * Elects one process for some work, for efficiency only. After a freeze two processes may hold the lease for a moment, so the work must be
 * harmless when done twice.
 */
export type Lease = {
  isHeld(): boolean;
  /** Lets another process take over at once. If Redis does not answer within a second, the lease expires instead. */
  release(): Promise<void>;
};

/** Milliseconds. */
const releaseWithinMs = 1_000;

export function acquireLease(
  redis: Redis,
  key: string,
  {
    ttlMs = 5_000,
    onChange = () => {},
    onError = () => {},
  }: { ttlMs?: number; onChange?: (held: boolean) => void; onError?: (error: unknown) => void } = {},
): Lease {
  const token = randomUUID();
  let heldUntil = 0;
  let wasHeld = false;
  let isReleased = false;

  const isHeld = (): boolean => performance.now() < heldUntil;
  const notify = (): void => {
    if (isHeld() !== wasHeld) onChange((wasHeld = isHeld()));
  };
  const renew = async (): Promise<void> => {
    const askedAt = performance.now();
    const won = (await redis.set(key, token, 'PX', ttlMs, 'NX')) === 'OK' || (await redis.get(key)) === token;
    if (!won || isReleased) heldUntil = 0;
    else {
      await redis.pexpire(key, ttlMs);
      heldUntil = askedAt + ttlMs;
    }
    notify();
  };
  const attempt = (): void => void renew().catch((error: unknown) => (notify(), onError(error)));
  const timer = setInterval(attempt, ttlMs / 3);
  attempt();

  return {
    isHeld,
    async release() {
      clearInterval(timer);
      isReleased = true;
      const held = isHeld();
      heldUntil = 0;
      notify();
      if (!held) return;
      const deleteOwnKey = async (): Promise<void> => void ((await redis.get(key)) === token && (await redis.del(key)));
      // On a lost connection a command is answered only after Redis is back.
      const tooLate = new AbortController();
      await Promise.race([deleteOwnKey(), sleep(releaseWithinMs, undefined, { signal: tooLate.signal })]).finally(() => tooLate.abort());
    },
  };
}
