/** Limits concurrent work in this process, in total and per key, so that no key uses the whole limit. */
export type FairLimits = { max: number; maxPerKey: number };

export type FairLimiter = {
  /** Returns a function to call when the work is over. Null: the limit is reached. */
  enter(key: string): (() => void) | null;
  /** Wakes this chat when its key is below the limit. Kept in memory only: after a crash the sweep finds the chat. */
  waitFor(key: string, conversationId: string): void;
  /** Wakes the chats that fit the limits now. Call it whenever a woken chat may have had nothing to do. */
  wakeWaiting(): void;
  /** Wakes all waiting chats, whatever the limits. */
  wakeAll(): void;
};

/** Counts running work by key. Waiting chats are woken round-robin over the keys, the longest waiting first. */
export function createFairLimiter({ max, maxPerKey }: FairLimits, wake: (conversationId: string) => void = () => {}): FairLimiter {
  const underWay = new Map<string, number>();
  const waiting = new Map<string, Set<string>>();
  let all = 0;

  const admit = (key: string, soon: ReadonlyMap<string, number>): number => maxPerKey - (underWay.get(key) ?? 0) - (soon.get(key) ?? 0);
  const wakeFirst = (key: string): void => {
    const chats = waiting.get(key) ?? new Set();
    const [first] = chats;
    // The key moves to the end.
    waiting.delete(key);
    if (first === undefined) return;
    chats.delete(first);
    if (chats.size > 0) waiting.set(key, chats);
    wake(first);
  };
  const wakeWaiting = (): void => {
    const soon = new Map<string, number>();
    for (let room = max - all; room > 0; room -= 1) {
      const key = [...waiting.keys()].find((each) => admit(each, soon) > 0);
      if (key === undefined) return;
      soon.set(key, (soon.get(key) ?? 0) + 1);
      wakeFirst(key);
    }
  };

  return {
    enter(key) {
      const count = underWay.get(key) ?? 0;
      if (all >= max || count >= maxPerKey) return null;
      underWay.set(key, count + 1);
      all += 1;
      return () => {
        const left = (underWay.get(key) ?? 1) - 1;
        if (left > 0) underWay.set(key, left);
        else underWay.delete(key);
        all -= 1;
        wakeWaiting();
      };
    },
    waitFor(key, conversationId) {
      waiting.set(key, (waiting.get(key) ?? new Set()).add(conversationId));
    },
    wakeWaiting,
    wakeAll() {
      // A key that still has chats moves to the end.
      for (const key of waiting.keys()) wakeFirst(key);
    },
  };
}
