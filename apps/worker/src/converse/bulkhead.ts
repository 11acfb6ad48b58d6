/** Part of the slots that other hosts leave free which the chats of one Typebot host may hold: hosts that hang leave room for one more. */
const shareMax = 0.8;

export type Bulkhead = {
  /** Room for a call to this host; null when it has its share. `anyhow`: a turn that has begun is not cut off. Call what is returned when the call is over. */
  enter(host: string, anyhow: boolean): (() => void) | null;
  /** Wakes this chat when there is room at the host. Kept in memory only: should it be lost, the sweep finds the chat. */
  waitFor(host: string, conversationId: string): void;
  /** Wakes those for whom there is room. To be called whenever a turn ends: one that was woken may have had nothing to ask. */
  wakeWaiting(): void;
  /** Wakes all who wait, whether there is room or not. */
  wakeAll(): void;
};

/** Counts calls under way by host. */
export function createBulkhead(slots: number, wake: (conversationId: string) => void = () => {}): Bulkhead {
  const callsTo = new Map<string, number>();
  const waitingFor = new Map<string, Set<string>>();
  let allCalls = 0;

  const capacityAt = (host: string): number => {
    const calls = callsTo.get(host) ?? 0;
    const leftByOthers = slots - (allCalls - calls);
    return Math.max(1, Math.floor(leftByOthers * shareMax)) - calls;
  };
  const wakeAt = (host: string, most: number): void => {
    const waiting = waitingFor.get(host) ?? new Set();
    let capacity = most;
    for (const conversationId of waiting) {
      if (capacity <= 0) break;
      capacity -= 1;
      waiting.delete(conversationId);
      wake(conversationId);
    }
    if (waiting.size === 0) waitingFor.delete(host);
  };
  const wakeWaiting = (): void => {
    for (const host of waitingFor.keys()) wakeAt(host, capacityAt(host));
  };

  return {
    enter(host, anyhow) {
      if (capacityAt(host) <= 0 && !anyhow) return null;
      callsTo.set(host, (callsTo.get(host) ?? 0) + 1);
      allCalls += 1;
      return () => {
        const left = (callsTo.get(host) ?? 1) - 1;
        if (left > 0) callsTo.set(host, left);
        else callsTo.delete(host);
        allCalls -= 1;
        wakeWaiting();
      };
    },
    waitFor(host, conversationId) {
      const waiting = waitingFor.get(host) ?? new Set();
      waitingFor.set(host, waiting.add(conversationId));
    },
    wakeWaiting,
    wakeAll() {
      for (const [host, { size }] of waitingFor) wakeAt(host, size);
    },
  };
}
