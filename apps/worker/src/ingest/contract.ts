import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { ConfigurationError, createQueue, type Log } from '@typelane/runtime';
import type { Redis } from 'ioredis';
import { type WaitList, waitListOf } from './wait-list.ts';

/** A Redis that was emptied or restarted during the first check fails it once. */
const checksMax = 2;

/**
 * Waits for a Redis that does not answer, without a limit.
 * @throws {ConfigurationError} when BullMQ or Redis does not behave as the inbound reader needs it.
 */
export async function requireContract(redis: Redis, prefix: string, log: Log): Promise<void> {
  for (let check = 1; ; check += 1) {
    const problem = await checkOnceReachable(redis, prefix, log);
    if (problem === null) return;
    if (check < checksMax) continue;
    throw new ConfigurationError(
      `BullMQ and Redis must keep the wait list of \`inbound\` as the inbound reader needs it, but the check at start failed: ${problem}. ` +
        'Run `npm ci` to restore the pinned version of BullMQ, and check that REDIS_URL names a Redis server of a supported version.',
    );
  }
}

async function checkOnceReachable(redis: Redis, prefix: string, log: Log): Promise<string | null> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await checkContract(redis, prefix);
    } catch (error) {
      log.warn({ err: error, attempt }, 'inbound.waits');
      await sleep(Math.min(100 * 2 ** attempt, 5_000));
    }
  }
}

/**
 * Checks the private facts of BullMQ that wait-list.ts uses. Returns null when they hold, else what was expected and what was found.
 * Uses a queue of its own, takes about 20 ms, and leaves no keys behind.
 */
export async function checkContract(redis: Redis, prefix: string): Promise<string | null> {
  const queue = createQueue<{ n: number }>(`typelane-contract-${randomUUID()}`, redis, prefix);
  const list = waitListOf(redis, `${prefix}:${queue.name}`);
  try {
    await queue.add('message', { n: 1 });
    await queue.add('message', { n: 2 }, { jobId: 'own-id' });
    await queue.add('message', { n: 9 }, { jobId: 'own-id' });
    await queue.addBulk([3, 4].map((n) => ({ name: 'message', data: { n } })));
    return (
      (await differenceFrom(list, [1, 2, 3, 4], 'waiting jobs must be in the order they were added, one per id')) ??
      (await popsOnlyTheOldest(list)) ??
      (await leavesMarker(redis, `${prefix}:${queue.name}`)) ??
      (await pauses(queue, list)) ??
      (await restoresOrder(queue, list))
    );
  } finally {
    await queue.obliterate({ force: true });
    await queue.close();
  }
}

type ContractQueue = ReturnType<typeof createQueue<{ n: number }>>;

async function popsOnlyTheOldest(list: WaitList): Promise<string | null> {
  const ids = (await list.peek(100, 1_000_000)).map(({ id }) => id);
  const wrong = await list.pop(ids.slice(1));
  if (wrong !== 0) return `jobs behind the oldest must not be removed, but ${wrong} were`;
  const right = await list.pop(ids.slice(0, 2));
  if (right !== 2) return `the two oldest jobs must be removed, but ${right} were`;
  return differenceFrom(list, [3, 4], 'the other jobs must stay');
}

async function leavesMarker(redis: Redis, queueKey: string): Promise<string | null> {
  return (await redis.zcard(`${queueKey}:marker`)) > 0 ? null : 'adding a job must leave a marker, but there is no marker';
}

async function pauses(queue: ContractQueue, list: WaitList): Promise<string | null> {
  await queue.pause();
  if (!(await list.isPaused())) return 'a paused queue must be marked as paused, but it is not';
  await queue.add('message', { n: 5 });
  await queue.resume();
  if (await list.isPaused()) return 'a resumed queue must not be marked as paused, but it is';
  return differenceFrom(list, [3, 4, 5], 'a job that is added while the queue is paused must be behind the others');
}

async function restoresOrder(queue: ContractQueue, list: WaitList): Promise<string | null> {
  await queue.add('message', { n: 6 }, { delay: 3_600_000 });
  await queue.add('message', { n: 7 }, { priority: 3 });
  const moved = await list.restoreOrder();
  if (moved !== 2) return `a delayed and a prioritised job must be moved to the wait list, but ${moved} were`;
  const data = (await list.peek(100, 1_000_000)).map((job) => job.data);
  if (data.includes('{"n":6}') && data.includes('{"n":7}')) return null;
  return `a delayed and a prioritised job must wait with the others, but got ${JSON.stringify(data)}`;
}

async function differenceFrom(list: WaitList, numbers: number[], rule: string): Promise<string | null> {
  const found = (await list.peek(100, 1_000_000)).map(({ data }) => data);
  const expected = numbers.map((n) => JSON.stringify({ n }));
  return isDeepStrictEqual(found, expected) ? null : `${rule}: expected ${JSON.stringify(expected)}, but got ${JSON.stringify(found)}`;
}
