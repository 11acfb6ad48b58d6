import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { ConfigurationError, connectRedis, createLog } from '@typelane/runtime';
import { databaseForTest, redisForTest } from '@typelane/testkit/vitest';
import type { Redis } from 'ioredis';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { checkContract, requireContract } from '../src/ingest/contract.ts';

const { url, prefix } = redisForTest();
let redis: Redis;

beforeEach(() => {
  redis = connectRedis(url);
});

afterEach(() => redis.disconnect());

test('this BullMQ and this Redis keep the contract of the wait list, and the check leaves nothing behind', async () => {
  expect(await checkContract(redis, prefix)).toBeNull();
  expect(await redis.keys(`${prefix}*`)).toEqual([]);
});

/** The real Redis with one answer changed, as another version could answer. */
const spoiled: [what: string, spoil: (redis: Redis) => void, expected: RegExp][] = [
  [
    'a list the other way round',
    (r) => spoilScript(r, (answer) => (Array.isArray(answer) ? pairsReversed(answer) : answer)),
    /in the order they were added/,
  ],
  [
    'jobs that are removed out of turn',
    (r) => spoilScript(r, (answer) => (answer === 0 ? 3 : answer)),
    /behind the oldest must not be removed, but 3 were/,
  ],
  [
    'jobs that cannot be removed',
    (r) => spoilScript(r, (answer) => (answer === 2 ? 0 : answer)),
    /the two oldest jobs must be removed, but 0 were/,
  ],
  ['no marker to wake on', (r) => void (r.zcard = () => Promise.resolve(0)), /must leave a marker/],
  ['a paused queue that looks open', (r) => void (r.hexists = () => Promise.resolve(0)), /paused queue must be marked as paused/],
  ['a queue that stays paused', (r) => void (r.hexists = () => Promise.resolve(1)), /resumed queue must not be marked as paused/],
];

test.each(spoiled)('the contract check finds %s', async (_, spoil, expected) => {
  spoil(redis);
  expect(await checkContract(redis, prefix)).toMatch(expected);
  expect(await redis.keys(`${prefix}*`)).toEqual([]);
});

test('a worker does not start on a BullMQ that breaks the contract: it exits with code 2 and says what to do', async () => {
  const database = await databaseForTest();
  const env = { DATABASE_URL: database.url, REDIS_URL: url, QUEUE_PREFIX: prefix, SECRET_KEY: randomBytes(32).toString('base64') };
  const worker = spawn(process.execPath, ['--import', pathOf('./faults/no-marker.ts'), pathOf('../src/main.ts')], { env });
  try {
    const [[code], errors] = await Promise.all([once(worker, 'exit'), text(worker.stderr)]);
    expect(errors).toMatch(/adding a job must leave a marker, but there is no marker\. Run `npm ci` .*REDIS_URL/);
    expect(code).toBe(2);
  } finally {
    worker.kill('SIGKILL');
    await database.drop();
  }
});

test('a BullMQ version that fails the check twice is refused', async () => {
  spoilScript(redis, (answer) => (answer === 2 ? 0 : answer));
  await expect(requireContract(redis, prefix, createLog('silent'))).rejects.toThrow(ConfigurationError);
});

test.each<[string, (answer: unknown) => unknown]>([
  ['was emptied during the first check', (answer) => (answer === 2 ? 0 : answer)],
  ['did not answer at first', () => Promise.reject(new Error('away'))],
])('a Redis that %s is accepted', async (_, change) => {
  spoilScript(redis, firstOnly(change));
  await expect(requireContract(redis, prefix, createLog('silent'))).resolves.toBeUndefined();
});

const pathOf = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** Applies `change` until it has changed one answer. */
function firstOnly(change: (answer: unknown) => unknown): (answer: unknown) => unknown {
  let isChanged = false;
  return (answer) => {
    const changed = isChanged ? answer : change(answer);
    isChanged ||= changed !== answer;
    return changed;
  };
}

function spoilScript(client: Redis, change: (answer: unknown) => unknown): void {
  const evalsha = client.evalsha.bind(client) as (...args: unknown[]) => Promise<unknown>;
  client.evalsha = (...args: unknown[]) => evalsha(...args).then(change);
}

function pairsReversed(flat: unknown[]): unknown[] {
  const pairs = Array.from({ length: flat.length / 2 }, (_, index) => flat.slice(index * 2, index * 2 + 2));
  return pairs.toReversed().flat();
}
