import { randomUUID } from 'node:crypto';
import type { Claim, SendFence } from './send-fence.ts';

/** A claimed reply. The claim is renewed until it is released. */
export type HeldClaim = {
  /** One per message that was sent before this claim. */
  keyIds: string[];
  /** Aborts when another consumer has claimed the reply, or may have, because the claim could not be renewed in time. */
  lost: AbortSignal;
  /** Asks Redis whether the claim still holds and what was sent. Must be called right before each send. */
  confirm(): Promise<Claim>;
  remember(keyIds: string[]): Promise<void>;
  /** A send is still running: let the claim expire instead of releasing it. */
  abandon(): void;
  release(): Promise<void>;
};

/** Null: another consumer is sending this reply. */
export async function holdClaim(fence: SendFence, replyId: string, onError: (error: Error) => void): Promise<HeldClaim | null> {
  // One token per delivery, not per process: a stalled delivery and its successor may share a process.
  const token = randomUUID();
  const lost = new AbortController();
  let expiry: NodeJS.Timeout | undefined;
  let renewal: NodeJS.Timeout | undefined;
  let over = false;

  async function confirm(): Promise<Claim> {
    const askedAt = performance.now();
    const claim = await fence.claim(replyId, token);
    clearTimeout(expiry);
    if (claim.type === 'held') lost.abort();
    // Measured before the request: the expiry in Redis may count from then on.
    else if (!over) expiry = setTimeout(() => lost.abort(), fence.lockMs - (performance.now() - askedAt));
    return claim;
  }

  function renewLater(): void {
    renewal = setTimeout(() => {
      confirm()
        .catch(onError)
        .finally(() => {
          if (!over) renewLater();
        });
    }, fence.lockMs / 3);
  }

  function stop(): void {
    over = true;
    clearTimeout(expiry);
    clearTimeout(renewal);
  }

  const claim = await confirm();
  if (claim.type === 'held') return null;
  renewLater();
  return {
    keyIds: claim.keyIds,
    lost: lost.signal,
    confirm,
    remember: (keyIds) => fence.remember(replyId, keyIds),
    abandon: stop,
    async release() {
      if (over) return;
      stop();
      await fence.release(replyId, token);
    },
  };
}
