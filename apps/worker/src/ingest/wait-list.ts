import { readFileSync } from 'node:fs';
import type { Redis } from 'ioredis';

/** A waiting job as Redis holds it. `data` is null when its hash, or the field, is not there. */
export type WaitingJob = { id: string; data: string | null };

/**
 * The private facts of BullMQ that the door rests on, and nothing else: `wait` is a list with the oldest job at its tail,
 * `<id>` a hash with `data`, `marker` a sorted set that wakes whoever blocks on it, `meta.paused` a paused queue. Found
 * unchanged in what producers on BullMQ 5.81 and 6.7 write; contract.ts checks them at every start.
 */
export type WaitList = {
  peek(jobsMax: number, bytesMax: number): Promise<WaitingJob[]>;
  /** Removes these jobs, oldest first, as far as they still are the oldest. Returns how many were. */
  pop(ids: string[]): Promise<number>;
  /** Puts delayed and prioritised jobs into the order of their add. Returns how many. */
  restoreOrder(): Promise<number>;
  isPaused(): Promise<boolean>;
};

export function waitListOf(redis: Redis, queueKey: string): WaitList {
  const prefix = `${queueKey}:`;
  const wait = `${prefix}wait`;
  return {
    async peek(jobsMax, bytesMax) {
      const flat = (await run(redis, scripts.peek, [wait], [prefix, jobsMax, bytesMax])) as (string | null)[];
      return Array.from({ length: flat.length / 2 }, (_, index) => ({ id: flat[index * 2] ?? '', data: flat[index * 2 + 1] ?? null }));
    },
    pop: async (ids) => Number(await run(redis, scripts.pop, [wait], [prefix, ...ids])),
    restoreOrder: async () => Number(await run(redis, scripts.restoreOrder, [wait, `${prefix}delayed`, `${prefix}prioritized`], [prefix])),
    isPaused: async () => (await redis.hexists(`${prefix}meta`, 'paused')) === 1,
  };
}

/** Blocks until a job is added or `timeoutMs` is over. Needs a connection of its own. */
export async function waitForJob(redis: Redis, queueKey: string, timeoutMs: number): Promise<void> {
  await redis.bzpopmin(`${queueKey}:marker`, timeoutMs / 1_000);
}

type Script = { sha: string | null; text: string };

const scripts = { peek: script('peek-1'), pop: script('pop-1'), restoreOrder: script('restore-order-3') };

function script(name: string): Script {
  return { sha: null, text: readFileSync(new URL(`./${name}.lua`, import.meta.url), 'utf8') };
}

async function run(redis: Redis, which: Script, keys: string[], args: (string | number)[]): Promise<unknown> {
  which.sha ??= String(await redis.script('LOAD', which.text));
  try {
    return await redis.evalsha(which.sha, keys.length, ...keys, ...args);
  } catch (error) {
    // A Redis that was restarted or flushed has forgotten its scripts.
    if (!(error instanceof Error && error.message.startsWith('NOSCRIPT'))) throw error;
    return redis.eval(which.text, keys.length, ...keys, ...args);
  }
}
