import { expect, test } from 'vitest';
import { createPacer, reserve } from './pace.ts';

test('as many as a burst holds go at once, then one in each interval', () => {
  let now = 1_000;
  const pacer = createPacer(() => now);
  const limit = { burst: 3, everyMs: 6_000 };
  expect([1, 2, 3, 4, 5].map(() => pacer.take('pair', limit))).toEqual([0, 0, 0, 6_000, 12_000]);
  expect(pacer.take('another pair', limit)).toBe(0);
  now += 12_000 + 18_000;
  expect([1, 2, 3, 4].map(() => pacer.take('pair', limit))).toEqual([0, 0, 0, 6_000]);
});

test('a rest fills the bucket no further than its burst', () => {
  const limit = { burst: 2, everyMs: 100 };
  const { full } = reserve(0, 1_000_000, limit);
  expect(full).toBe(1_000_100);
});
