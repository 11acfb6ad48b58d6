/** How much may be under way at once in this process: in all, and for one key, so that no key takes all of it. */
export type FairLimits = { max: number; maxPerKey: number };

export type FairLimiter = {
  /** Null: no room now. Call what is returned when the work is over. */
  enter(key: string): (() => void) | null;
  /** Wakes this chat when there is room for its key. Kept in memory only: should it be lost, the sweep finds the chat. */
  waitFor(key: string, conversationId: string): void;
  /** Wakes those for whom there is room. To be called whenever one that was woken may have had nothing to do. */
  wakeWaiting(): void;
  /** Wakes all who wait, whether there is room or not. */
  wakeAll(): void;
};

/** Counts work under way by key. Those who wait are woken in turns of one a key, the longest waiting first. */
export function createFairLimiter({ max, maxPerKey }: FairLimits, wake: (conversationId: string) => void = () => {}): FairLimiter {
  const underWay = new Map<string, number>();
  const waiting = new Map<string, Set<string>>();
  let all = 0;

  const admit = (key: string, soon: ReadonlyMap<string, number>): number => maxPerKey - (underWay.get(key) ?? 0) - (soon.get(key) ?? 0);
  const wakeFirst = (key: string): void => {
    const chats = waiting.get(key) ?? new Set();
    const [first] = chats;
    // The key goes behind the others.
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
      // A key that still has chats comes up again, behind the others.
      for (const key of waiting.keys()) wakeFirst(key);
    },
  };
}
