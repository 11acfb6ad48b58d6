import type { Log } from '@typelane/runtime';

/** Turns one chat may take in a row before others get its slot. */
const turnsInARowMax = 32;

/** What makes it likely that whoever had the chat before died of it: see `Ring`. */
export type Redelivery = 'overdue' | 'swept' | null;

/** Carries a chat one event further and says whether another waits. */
export type Run = (conversationId: string, redelivery: Redelivery) => Promise<boolean>;

export type ConcurrencyLimiter = {
  /** Starts a chat's turn now if a slot is free (or its chat is at work already, which then looks again). */
  tryStart(conversationId: string, redelivery?: Redelivery): boolean;
  /** Starts turns for these chats as slots become free; returns when the last has begun. */
  start(conversationIds: string[], redelivery?: Redelivery): Promise<void>;
  /**
   * Starts turns for chats that more than one worker may have died of, each when the one before has ended: should one be the end of this
   * process, the others have no part in it. Does not wait for them.
   */
  startOneByOne(conversationIds: string[]): void;
  /** Waits until all turns under way have ended. Nothing new begins. */
  drain(): Promise<void>;
};

type Entry = { wokenMeanwhile: boolean; ended: Promise<void> };

/** The turns of this process: at most `max` at once, one per chat. `yields` takes a chat that had its share. */
export function createConcurrencyLimiter(max: number, run: Run, yields: (conversationId: string) => void, log: Log): ConcurrencyLimiter {
  /** Chats at work; `rang`: somebody rang for it meanwhile. */
  const running = new Map<string, Entry>();
  const waiting: (() => void)[] = [];
  const oneByOne = new Set<string>();
  let isDraining = false;

  const work = async (id: string, entry: Entry, redelivery: Redelivery): Promise<void> => {
    for (let turns = 0; !isDraining && turns < turnsInARowMax; turns += 1) {
      entry.wokenMeanwhile = false;
      const waits = await run(id, turns === 0 ? redelivery : null);
      if (waits || entry.wokenMeanwhile) continue;
      // In the same breath as the look at `rang`: a ring must find either the chat at work or the slot free.
      running.delete(id);
      return;
    }
    yields(id);
  };

  const begin = (id: string, redelivery: Redelivery): void => {
    const entry: Entry = { wokenMeanwhile: false, ended: Promise.resolve() };
    running.set(id, entry);
    entry.ended = work(id, entry, redelivery)
      // The event is still at the head of its inbox: the sweep rings for it again.
      .catch((error: unknown) => log.error({ err: error, conversationId: id }, 'turn.failed'))
      .finally(() => {
        if (running.get(id) === entry) running.delete(id);
        waiting.shift()?.();
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
      while (!isDraining && !tryStart(id, redelivery)) await new Promise<void>((resolve) => waiting.push(resolve));
      if (isDraining) yields(id);
    }
  };
  const workOff = async (): Promise<void> => {
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
      const isAtWork = oneByOne.size > 0;
      for (const id of ids) oneByOne.add(id);
      if (!isAtWork) void workOff();
    },
    async drain() {
      isDraining = true;
      for (const wake of waiting.splice(0)) wake();
      while (running.size > 0) await new Promise<void>((resolve) => waiting.push(resolve));
    },
  };
}
