import type { Prepare } from './enrich.ts';

/**
 * Says of a chat, for as long as its message is made ready, that it is in hand: nothing else is written meanwhile, and the sweep takes a
 * chat that nobody touches for one whose worker died. Not for longer than `atMostMs`, so that what never ends is found all the same.
 */
export function withHeartbeat(
  enrich: Prepare,
  touch: (conversationId: string) => Promise<void>,
  { everyMs, atMostMs }: { everyMs: number; atMostMs: number },
): Prepare {
  return async (loaded, integration) => {
    const until = performance.now() + atMostMs;
    const timer = setInterval(() => {
      if (performance.now() > until) clearInterval(timer);
      // If it fails, another process makes the same message ready, and one of the two is heard.
      else touch(loaded.conversationId).catch(() => {});
    }, everyMs);
    try {
      return await enrich(loaded, integration);
    } finally {
      clearInterval(timer);
    }
  };
}
