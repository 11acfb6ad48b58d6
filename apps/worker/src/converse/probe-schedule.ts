/** Milliseconds between two chats that look again: however many waited, about 200 a second come back, each probed by one load. */
const spacingMs = 5;

/** Milliseconds after which an instance whose look was due is not waited for any more: its chat is another process's, or over. */
const overdueMs = 1_000;

/** When the chats that wait for a host or bot look again, and whose turn it is to probe it. */
export type ProbeSchedule = {
  /** Milliseconds until this chat looks again, not before `waitMs`; null: it is about to look already. */
  plan(conversationId: string, instanceId: string, waitMs: number): number | null;
  end(conversationId: string): void;
  clear(): void;
  /** Whether no other instance that waits has gone longer without a probe. */
  isNext(instanceId: string): boolean;
  probed(instanceId: string): void;
};

export function createProbeSchedule(): ProbeSchedule {
  /** When each refused chat looks again, so that one that is woken by somebody else meanwhile does not look twice from then on. */
  const chats = new Map<string, number>();
  /** When the first chat of each instance looks again: right after the rest, however many chats of others wait. */
  const fronts = new Map<string, number>();
  /** By instance: the number of its last probe. */
  const lastProbes = new Map<string, number>();
  let lastLookAt = 0;
  let probes = 0;

  return {
    plan(conversationId, instanceId, waitMs) {
      const now = Date.now();
      const known = chats.get(conversationId);
      if (known !== undefined && known > now) return null;
      // Up to a tenth more, so that the chats of several processes do not come all at once.
      const earliest = now + waitMs * (1 + Math.random() / 10);
      const isFront = (fronts.get(instanceId) ?? 0) <= now;
      const lookAt = isFront ? earliest : Math.max(earliest, lastLookAt + spacingMs);
      if (isFront) fronts.set(instanceId, lookAt);
      lastLookAt = Math.max(lastLookAt, lookAt);
      chats.set(conversationId, lookAt);
      return lookAt - now;
    },
    end: (conversationId) => void chats.delete(conversationId),
    clear() {
      chats.clear();
      fronts.clear();
      lastProbes.clear();
      lastLookAt = 0;
    },
    isNext(instanceId) {
      const from = Date.now() - overdueMs;
      const mine = lastProbes.get(instanceId) ?? 0;
      for (const [other, lookAt] of fronts) {
        if (other !== instanceId && lookAt > from && (lastProbes.get(other) ?? 0) < mine) return false;
      }
      return true;
    },
    probed: (instanceId) => void lastProbes.set(instanceId, (probes += 1)),
  };
}
