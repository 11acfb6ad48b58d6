import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Redis } from 'ioredis';

/**
 * Elects one process for work that one should do. For efficiency only: after a freeze two may believe they hold it for a
 * moment, so what they do must be harmless when done twice.
 */
export type Lease = {
  isHeld(): boolean;
  /** Gives it back, so that another takes over at once. Where Redis does not answer within a second it runs out by itself. */
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
  const tell = (): void => {
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
    tell();
  };
  const attempt = (): void => void renew().catch((error: unknown) => (tell(), onError(error)));
  const timer = setInterval(attempt, ttlMs / 3);
  attempt();

  return {
    isHeld,
    async release() {
      clearInterval(timer);
      isReleased = true;
      const held = isHeld();
      heldUntil = 0;
      tell();
      if (!held) return;
      const giveBack = async (): Promise<void> => void ((await redis.get(key)) === token && (await redis.del(key)));
      // A command on a connection that is lost is answered when Redis is back, and never if it is not.
      const tooLate = new AbortController();
      await Promise.race([giveBack(), sleep(releaseWithinMs, undefined, { signal: tooLate.signal })]).finally(() => tooLate.abort());
    },
  };
}
