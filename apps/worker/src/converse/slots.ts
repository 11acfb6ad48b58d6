import type { Log } from '@typelane/runtime';

/** Turns one chat may take in a row before others get its slot. */
const turnsInARowMax = 32;

export type Slots = {
  /** Starts a chat's turn now if a slot is free (or its chat is at work already, which then looks again). */
  tryStart(conversationId: string): boolean;
  /** Starts turns for these chats as slots become free; returns when the last has begun. */
  start(conversationIds: string[]): Promise<void>;
  /** Waits until all turns under way have ended. Nothing new begins. */
  drain(): Promise<void>;
};

/**
 * The turns of this process: at most `max` at once, one per chat. `run` carries a chat one event further and says whether
 * another waits; `yields` takes a chat that had its share.
 */
export function createSlots(
  max: number,
  run: (conversationId: string) => Promise<boolean>,
  yields: (conversationId: string) => void,
  log: Log,
): Slots {
  /** Chats at work; `again` is set by a ring that came meanwhile. */
  const running = new Map<string, { again: boolean }>();
  const waiting: (() => void)[] = [];
  let isDraining = false;

  const work = async (id: string, entry: { again: boolean }): Promise<void> => {
    for (let turns = 0; !isDraining && turns < turnsInARowMax; turns += 1) {
      entry.again = false;
      const waits = await run(id);
      if (waits || entry.again) continue;
      // In the same breath as the look at `again`: a ring must find either the chat at work or the slot free.
      running.delete(id);
      return;
    }
    yields(id);
  };

  const begin = (id: string): void => {
    const entry = { again: false };
    running.set(id, entry);
    work(id, entry)
      // The event is still at the head of its inbox: the sweep rings for it again.
      .catch((error: unknown) => log.error({ err: error, conversationId: id }, 'turn.failed'))
      .finally(() => {
        running.delete(id);
        waiting.shift()?.();
      });
  };

  const tryStart = (id: string): boolean => {
    const entry = running.get(id);
    if (entry) entry.again = true;
    else if (running.size >= max || isDraining) return false;
    else begin(id);
    return true;
  };

  return {
    tryStart,
    async start(ids) {
      for (const id of ids) {
        while (!isDraining && !tryStart(id)) await new Promise<void>((resolve) => waiting.push(resolve));
        if (isDraining) yields(id);
      }
    },
    async drain() {
      isDraining = true;
      for (const wake of waiting.splice(0)) wake();
      while (running.size > 0) await new Promise<void>((resolve) => waiting.push(resolve));
    },
  };
}
