import type { Log } from '@typelane/runtime';

/** Turns of one conversation in a row before another conversation may run. */
const turnsInARowMax = 32;

/** Why the last worker may have died of the event at the head, see `runTurn`. Null: an ordinary wake-up. */
export type Redelivery = 'overdue' | 'swept' | null;

/** Handles one event of a conversation. Returns true when another event waits. */
type RunTurn = (conversationId: string, redelivery: Redelivery) => Promise<boolean>;

export type ConcurrencyLimiter = {
  /** Starts a conversation now and returns true, unless the limit is reached. One that is running already checks again after its turn. */
  tryStart(conversationId: string, redelivery?: Redelivery): boolean;
  /** Starts conversations as the limit allows; resolves when the last one has started. */
  start(conversationIds: string[], redelivery?: Redelivery): Promise<void>;
  /**
   * Starts conversations that may have killed more than one worker, each after the previous one has ended: if one kills this process, the
   * others are not counted as its cause. Does not wait for them.
   */
  startOneByOne(conversationIds: string[]): void;
  /** Waits until all running turns have ended. No turn starts any more. */
  drain(): Promise<void>;
};

type Running = { wokenMeanwhile: boolean; ended: Promise<void> };

/**
 * Runs at most `max` conversations of this process at once, and one turn per conversation. `requeue` wakes a conversation that had its turns
 * in a row, or that cannot start any more, for any process.
 */
export function createConcurrencyLimiter(
  max: number,
  runTurn: RunTurn,
  requeue: (conversationId: string) => void,
  log: Log,
): ConcurrencyLimiter {
  const running = new Map<string, Running>();
  const waitingForCapacity: (() => void)[] = [];
  const oneByOne = new Set<string>();
  let isDraining = false;

  const runTurns = async (id: string, entry: Running, redelivery: Redelivery): Promise<void> => {
    for (let turns = 0; !isDraining && turns < turnsInARowMax; turns += 1) {
      entry.wokenMeanwhile = false;
      const hasMore = await runTurn(id, turns === 0 ? redelivery : null);
      if (hasMore || entry.wokenMeanwhile) continue;
      // No await between the check and this line: a wake-up finds the conversation either running or free to start.
      running.delete(id);
      return;
    }
    requeue(id);
  };

  const begin = (id: string, redelivery: Redelivery): void => {
    const entry: Running = { wokenMeanwhile: false, ended: Promise.resolve() };
    running.set(id, entry);
    entry.ended = runTurns(id, entry, redelivery)
      // The event is still at the head of its inbox: the sweep wakes the conversation again.
      .catch((error: unknown) => log.error({ err: error, conversationId: id }, 'turn.failed'))
      .finally(() => {
        if (running.get(id) === entry) running.delete(id);
        waitingForCapacity.shift()?.();
      });
  };

  const tryStart = (id: string, redelivery: Redelivery = null): boolean => {
    const entry = running.get(id);
    if (entry) entry.wokenMeanwhile = true;
    else if (running.size >= max || isDraining) return false;
    else begin(id, redelivery);
    return true;
  };
  const start = async (ids: string[], redelivery: Redelivery = null): Promise<void> => {
    for (const id of ids) {
      while (!isDraining && !tryStart(id, redelivery)) await new Promise<void>((resolve) => waitingForCapacity.push(resolve));
      if (isDraining) requeue(id);
    }
  };
  const runOneByOne = async (): Promise<void> => {
    for (const id of oneByOne) {
      if (!isDraining) await start([id], 'swept');
      await running.get(id)?.ended;
      oneByOne.delete(id);
    }
  };

  return {
    tryStart,
    start,
    startOneByOne(ids) {
      const isRunning = oneByOne.size > 0;
      for (const id of ids) oneByOne.add(id);
      if (!isRunning) void runOneByOne();
    },
    async drain() {
      isDraining = true;
      for (const proceed of waitingForCapacity.splice(0)) proceed();
      while (running.size > 0) await new Promise<void>((resolve) => waitingForCapacity.push(resolve));
    },
  };
}
