/** Part of a process's slots that the chats of one Typebot host may hold: a host that hangs leaves the rest to the others. */
const shareMax = 0.8;

/** Milliseconds a chat waits for room at its host before it looks again. */
export const fullHostMs = 1_000;

export type Bulkhead = {
  /** Room for a call to this host; null when it has its share. `anyhow`: a turn that has begun is not cut off. Call what is returned when the call is over. */
  enter(host: string, anyhow: boolean): (() => void) | null;
};

/** Counts calls under way by host. */
export function createBulkhead(slots: number): Bulkhead {
  const callsMax = Math.max(1, Math.floor(slots * shareMax));
  const callsTo = new Map<string, number>();
  return {
    enter(host, anyhow) {
      const calls = callsTo.get(host) ?? 0;
      if (calls >= callsMax && !anyhow) return null;
      callsTo.set(host, calls + 1);
      return () => {
        const left = (callsTo.get(host) ?? 1) - 1;
        if (left > 0) callsTo.set(host, left);
        else callsTo.delete(host);
      };
    },
  };
}
