import { connectRedis } from '@typelane/runtime';
import type { Redis } from 'ioredis';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { redisForTest } from '@typelane/testkit/vitest';
import { createLog } from '@typelane/runtime';
import { chooseReader } from '../src/ingest/choose-reader.ts';
import { checkContract } from '../src/ingest/contract.ts';
import { startInboundReader } from '../src/ingest/inbound-reader.ts';
import { startFallbackReader } from '../src/ingest/fallback-reader.ts';

const { url, prefix } = redisForTest();
let redis: Redis;

beforeEach(() => {
  redis = connectRedis(url);
});

afterEach(() => redis.disconnect());

test('this BullMQ and this Redis are as the fast door needs them, and the check leaves nothing behind', async () => {
  expect(await checkContract(redis, prefix)).toBeNull();
  expect(await redis.keys(`${prefix}*`)).toEqual([]);
});

/** The real Redis, with one answer bent: what another version could do. */
const bent: [what: string, bend: (redis: Redis) => void, expected: RegExp][] = [
  [
    'a list the other way round',
    (r) => bendScript(r, (answer) => (Array.isArray(answer) ? pairsReversed(answer) : answer)),
    /jobs in order of their add/,
  ],
  [
    'jobs that are removed out of turn',
    (r) => bendScript(r, (answer) => (answer === 0 ? 3 : answer)),
    /behind the oldest not to be removed/,
  ],
  ['jobs that cannot be removed', (r) => bendScript(r, (answer) => (answer === 2 ? 0 : answer)), /the two oldest jobs to be removed/],
  ['no marker to wake on', (r) => void (r.zcard = () => Promise.resolve(0)), /leave a marker/],
  ['a paused queue that looks open', (r) => void (r.hexists = () => Promise.resolve(0)), /paused queue to be seen as paused/],
  ['a queue that stays paused', (r) => void (r.hexists = () => Promise.resolve(1)), /resumed queue not to be seen as paused/],
];

test.each(bent)('the fast door is not opened on %s', async (_, bend, expected) => {
  bend(redis);
  expect(await checkContract(redis, prefix)).toMatch(expected);
  expect(await redis.keys(`${prefix}*`)).toEqual([]);
});

test.each<[string, (redis: Redis) => void, typeof startInboundReader]>([
  ['always, the plain one', (r) => bendScript(r, (answer) => (answer === 2 ? 0 : answer)), startFallbackReader],
  [
    'once, as one that was emptied in the middle does, the fast one',
    (r) =>
      bendScript(
        r,
        once((answer) => (answer === 2 ? 0 : answer)),
      ),
    startInboundReader,
  ],
  [
    'not at all at first, as one that is restarted does, the fast one',
    (r) =>
      bendScript(
        r,
        once(() => Promise.reject(new Error('away'))),
      ),
    startInboundReader,
  ],
])('of doors, where Redis is otherwise %s is opened', async (_, bend, expected) => {
  bend(redis);
  expect(await chooseReader(redis, prefix, createLog('silent'))).toBe(expected);
});

/** Of the answers that `change` changes only the first. */
function once(change: (answer: unknown) => unknown): (answer: unknown) => unknown {
  let isBent = false;
  return (answer) => {
    const changed = isBent ? answer : change(answer);
    isBent ||= changed !== answer;
    return changed;
  };
}

function bendScript(client: Redis, change: (answer: unknown) => unknown): void {
  const evalsha = client.evalsha.bind(client) as (...args: unknown[]) => Promise<unknown>;
  client.evalsha = (...args: unknown[]) => evalsha(...args).then(change);
}

function pairsReversed(flat: unknown[]): unknown[] {
  const pairs = Array.from({ length: flat.length / 2 }, (_, index) => flat.slice(index * 2, index * 2 + 2));
  return pairs.toReversed().flat();
}
