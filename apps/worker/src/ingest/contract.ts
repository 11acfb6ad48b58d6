import { randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { createQueue } from '@typelane/runtime';
import type { Redis } from 'ioredis';
import { type WaitList, waitListOf } from './wait-list.ts';

/**
 * Whether this BullMQ and this Redis keep to the facts the door rests on. Returns null when they do, else what was expected and what came.
 * Works on a queue of its own, in about 20 ms, and leaves nothing behind.
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
      (await differs(list, [1, 2, 3, 4], 'jobs in order of their add, one for each id')) ??
      (await popsOnlyTheOldest(list)) ??
      (await wakes(redis, `${prefix}:${queue.name}`)) ??
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
  if (wrong !== 0) return `Expected jobs behind the oldest not to be removed, but ${wrong} were`;
  const right = await list.pop(ids.slice(0, 2));
  if (right !== 2) return `Expected the two oldest jobs to be removed, but ${right} were`;
  return differs(list, [3, 4], 'the other jobs');
}

async function wakes(redis: Redis, queueKey: string): Promise<string | null> {
  return (await redis.zcard(`${queueKey}:marker`)) > 0 ? null : 'Expected an add to leave a marker to wake on, got none';
}

async function pauses(queue: ContractQueue, list: WaitList): Promise<string | null> {
  await queue.pause();
  if (!(await list.isPaused())) return 'Expected a paused queue to be seen as paused';
  await queue.add('message', { n: 5 });
  await queue.resume();
  if (await list.isPaused()) return 'Expected a resumed queue not to be seen as paused';
  return differs(list, [3, 4, 5], 'a job added while paused behind the others');
}

async function restoresOrder(queue: ContractQueue, list: WaitList): Promise<string | null> {
  await queue.add('message', { n: 6 }, { delay: 3_600_000 });
  await queue.add('message', { n: 7 }, { priority: 3 });
  const moved = await list.restoreOrder();
  if (moved !== 2) return `Expected a delayed and a prioritised job to be found, got ${moved}`;
  const seen = new Set((await list.peek(100, 1_000_000)).map(({ data }) => data));
  return seen.has('{"n":6}') && seen.has('{"n":7}') ? null : 'Expected a delayed and a prioritised job to wait with the others';
}

async function differs(list: WaitList, expected: number[], what: string): Promise<string | null> {
  const got = (await list.peek(100, 1_000_000)).map(({ data }) => data);
  return isDeepStrictEqual(
    got,
    expected.map((n) => JSON.stringify({ n })),
  )
    ? null
    : `Expected ${what}, got ${JSON.stringify(got)}`;
}
