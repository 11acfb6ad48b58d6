import { expect, test } from 'vitest';
import { waitUntil } from './wait-until.ts';

test('waiting returns the first truthy value', async () => {
  let looks = 0;
  const seen = await waitUntil(() => (++looks === 3 ? `look ${looks}` : null), { what: 'the third look', everyMs: 1 });
  expect(seen).toBe('look 3');
});

test('giving up names what was waited for and the last value', async () => {
  const waiting = waitUntil(() => [].length, { what: 'an empty list to grow', timeoutMs: 5, everyMs: 1 });
  await expect(waiting).rejects.toThrow('gave up waiting for an empty list to grow after 5 ms; the last look gave 0');
});

test('a condition that throws at first is evaluated again', async () => {
  let looks = 0;
  const condition = () => {
    if (++looks === 1) throw new Error('not there yet');
    return looks;
  };
  await expect(waitUntil(condition, { what: 'it', everyMs: 1 })).resolves.toBe(2);
});

test('giving up on a condition that throws reports its error as the cause', async () => {
  const waiting = waitUntil(() => Promise.reject(new Error('no table')), { what: 'the table', timeoutMs: 5, everyMs: 1 });
  await expect(waiting).rejects.toMatchObject({ cause: { message: 'no table' } });
});
