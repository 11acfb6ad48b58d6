/** Milliseconds between two conversations that retry: at most about 200 a second return, however many waited. */
const spacingMs = 5;

/** Milliseconds after which an instance whose retry was due no longer goes first: another process has its conversation, or it is over. */
const overdueMs = 1_000;

/** When conversations that wait for a host or bot retry, and which instance may probe it next. */
export type ProbeSchedule = {
  /** Schedules a retry, not before `waitMs`. Returns milliseconds until it; null: this conversation has one scheduled already. */
  plan(conversationId: string, instanceId: string, waitMs: number): number | null;
  /** Forgets the conversation's retry, because it calls now. */
  end(conversationId: string): void;
  clear(): void;
  /** Whether no other waiting instance has gone longer without a probe. */
  isNext(instanceId: string): boolean;
  probed(instanceId: string): void;
};

export function createProbeSchedule(): ProbeSchedule {
  /** Retry times by conversation, so that one that is also woken by something else does not retry twice from then on. */
  const retryTimes = new Map<string, number>();
  /** Each instance's first retry. It comes right when calls may be made again, however many conversations of other instances wait. */
  const firstRetries = new Map<string, number>();
  /** By instance: the number of its last probe. */
  const lastProbes = new Map<string, number>();
  let lastRetryAt = 0;
  let probes = 0;

  return {
    plan(conversationId, instanceId, waitMs) {
      const now = Date.now();
      const planned = retryTimes.get(conversationId);
      if (planned !== undefined && planned > now) return null;
      // Up to a tenth later, so that several processes do not retry at the same moment.
      const earliest = now + waitMs * (1 + Math.random() / 10);
      const isFirst = (firstRetries.get(instanceId) ?? 0) <= now;
      const retryAt = isFirst ? earliest : Math.max(earliest, lastRetryAt + spacingMs);
      if (isFirst) firstRetries.set(instanceId, retryAt);
      lastRetryAt = Math.max(lastRetryAt, retryAt);
      retryTimes.set(conversationId, retryAt);
      return retryAt - now;
    },
    end: (conversationId) => void retryTimes.delete(conversationId),
    clear() {
      retryTimes.clear();
      firstRetries.clear();
      lastProbes.clear();
      lastRetryAt = 0;
    },
    isNext(instanceId) {
      const from = Date.now() - overdueMs;
      const own = lastProbes.get(instanceId) ?? 0;
      for (const [other, retryAt] of firstRetries) {
        if (other !== instanceId && retryAt > from && (lastProbes.get(other) ?? 0) < own) return false;
      }
      return true;
    },
    probed: (instanceId) => void lastProbes.set(instanceId, (probes += 1)),
  };
}
