import { expect, test } from 'vitest';
import { sessionEventLimits, retryMs } from './limits.ts';

const { retryDelaysMs } = sessionEventLimits;

test.each([
  ['in the middle', 0.5, 5_000],
  ['early', 0, 4_000],
  ['late', 1, 6_000],
])('the first failure is followed by an attempt after five seconds, spread by a fifth: %s', (_where, chance, expected) => {
  expect(retryMs(retryDelaysMs, 1, null, chance)).toBeCloseTo(expected);
});

test('eight attempts are made in a little more than a day, and then no more', () => {
  const delays = [1, 2, 3, 4, 5, 6, 7, 8].map((attempt) => retryMs(retryDelaysMs, attempt, null, 0.5));
  expect(delays.at(-1)).toBeNull();
  const hours = delays.reduce<number>((sum, ms) => sum + (ms ?? 0), 0) / 3_600_000;
  expect(hours).toBeGreaterThan(27);
  expect(hours).toBeLessThan(28);
});

test.each([
  ['later than the schedule', 60_000, 60_000],
  ['sooner than the schedule', 1_000, 5_000],
  ['in a year', 365 * 86_400_000, 86_400_000],
])('a receiver that asks to be called %s', (_what, retryAfterMs, expected) => {
  expect(retryMs(retryDelaysMs, 1, retryAfterMs, 0.5)).toBeCloseTo(expected);
});
