import { expect, test } from 'vitest';
import { batched } from './batch.ts';

function latch() {
  let open = (): void => {};
  const opened = new Promise<void>((resolve) => (open = resolve));
  return { opened, open };
}

test('calls made while a batch is running run together in the next one', async () => {
  const sizes: number[] = [];
  const gate = latch();
  const double = batched(
    async (items: number[]) => {
      sizes.push(items.length);
      await gate.opened;
      return items.map((n) => n * 2);
    },
    { inFlightMax: 1 },
  );
  const first = double(1);
  await new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
  const rest = [2, 3, 4].map((n) => double(n));
  gate.open();
  expect(await Promise.all([first, ...rest])).toEqual([2, 4, 6, 8]);
  expect(sizes).toEqual([1, 3]);
});

test('a batch is never larger than allowed', async () => {
  const sizes: number[] = [];
  const same = batched(
    async (items: number[]) => {
      sizes.push(items.length);
      return items;
    },
    { sizeMax: 4, inFlightMax: 1 },
  );
  expect(await Promise.all([1, 2, 3, 4, 5, 6, 7, 8, 9].map((n) => same(n)))).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
  expect(Math.max(...sizes)).toBe(4);
});

test('a bad item among fifty is found by halving', async () => {
  const sizes: number[] = [];
  const picky = batched(async (items: number[]) => {
    sizes.push(items.length);
    if (items.includes(7)) throw new Error('no sevens');
    return items;
  });
  const results = await Promise.allSettled(Array.from({ length: 50 }, (_, n) => picky(n)));
  expect(results.flatMap(({ status }, n) => (status === 'rejected' ? [n] : []))).toEqual([7]);
  expect(sizes.length).toBeLessThanOrEqual(13);
});

test('when the connection is lost, all calls of the batch fail at once', async () => {
  const sizes: number[] = [];
  const lost = batched((items: number[]) => {
    sizes.push(items.length);
    return Promise.reject(Object.assign(new Error('gone'), { code: 'CONNECTION_CLOSED' }));
  });
  const results = await Promise.allSettled([1, 2, 3].map((n) => lost(n)));
  expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
  expect(sizes).toEqual([3]);
});

test('one bad item fails alone', async () => {
  const picky = batched(async (items: number[]) => {
    if (items.includes(2)) throw new Error('no twos');
    return items;
  });
  const results = await Promise.allSettled([1, 2, 3].map((n) => picky(n)));
  expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
});
