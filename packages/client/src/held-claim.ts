import { randomUUID } from 'node:crypto';
import type { Claim, SendFence } from './send-fence.ts';

/** A reply that is ours to send, kept ours by renewing the claim until it is released. */
export type HeldClaim = {
  /** One per message that was sent before we came. */
  keyIds: string[];
  /** Aborts when another consumer has the reply, or may have it because Redis did not hear of us for too long. */
  lost: AbortSignal;
  /** Asks Redis whether the reply is still ours, and what was sent of it. To be asked right before each send. */
  confirm(): Promise<Claim>;
  remember(keyIds: string[]): Promise<void>;
  /** Something is still being sent: leave the claim to expire instead of releasing it. */
  abandon(): void;
  release(): Promise<void>;
};

/** Null: another consumer is sending this reply. */
export async function holdClaim(fence: SendFence, replyId: string, onError: (error: Error) => void): Promise<HeldClaim | null> {
  // Of this delivery, not of this process: a stalled delivery and its successor may share one.
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
    // From before the question: Redis may have counted from then on.
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
