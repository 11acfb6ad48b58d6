import { readFileSync } from 'node:fs';
import type { Redis } from 'ioredis';

/** A waiting job as Redis holds it. `data` is null when the hash or the field does not exist. */
export type WaitingJob = { id: string; data: string | null };

/**
 * The private facts of BullMQ that the inbound reader uses: `wait` is a list with the oldest job at its tail, `<id>` is a hash with
 * `data`, `marker` is a sorted set that gets a member when a job is added, and `meta.paused` marks a paused queue. Producers on BullMQ
 * 5.81 and 6.7 write the same structures. contract.ts checks these facts at every start.
 */
export type WaitList = {
  peek(jobsMax: number, bytesMax: number): Promise<WaitingJob[]>;
  /** Removes these jobs, oldest first, while they are still the oldest. Returns how many were removed. */
  pop(ids: string[]): Promise<number>;
  /** Moves delayed and prioritised jobs to where they belong in the order of adding. Returns how many were moved. */
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

/** Blocks until a job is added or `timeoutMs` has passed. Needs its own connection. */
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
    // Redis loses its scripts when it restarts or is flushed.
    if (!(error instanceof Error && error.message.startsWith('NOSCRIPT'))) throw error;
    return redis.eval(which.text, keys.length, ...keys, ...args);
  }
}
