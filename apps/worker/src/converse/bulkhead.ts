/** Part of the slots that other hosts leave free which the chats of one Typebot host may hold: hosts that hang leave room for one more. */
const shareMax = 0.8;

/** Milliseconds a chat waits for room at its host before it looks again. */
export const fullHostMs = 1_000;

export type Bulkhead = {
  /** Room for a call to this host; null when it has its share. `anyhow`: a turn that has begun is not cut off. Call what is returned when the call is over. */
  enter(host: string, anyhow: boolean): (() => void) | null;
};

/** Counts calls under way by host. */
export function createBulkhead(slots: number): Bulkhead {
  const callsTo = new Map<string, number>();
  let allCalls = 0;
  return {
    enter(host, anyhow) {
      const calls = callsTo.get(host) ?? 0;
      const leftByOthers = slots - (allCalls - calls);
      if (calls >= Math.max(1, Math.floor(leftByOthers * shareMax)) && !anyhow) return null;
      callsTo.set(host, calls + 1);
      allCalls += 1;
      return () => {
        const left = (callsTo.get(host) ?? 1) - 1;
        if (left > 0) callsTo.set(host, left);
        else callsTo.delete(host);
        allCalls -= 1;
      };
    },
  };
}
