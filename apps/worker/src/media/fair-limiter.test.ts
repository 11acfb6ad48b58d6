import { expect, test } from 'vitest';
import { createFairLimiter } from './fair-limiter.ts';

test('no key takes all of the room, and no more is under way than there is room for', () => {
  const { enter } = createFairLimiter({ max: 3, maxPerKey: 2 });
  const held = ['a', 'a', 'a', 'b', 'b'].map((key) => enter(key));
  expect(held.map((leave) => leave !== null)).toEqual([true, true, false, true, false]);
  held[0]?.();
  expect(enter('b')).not.toBeNull();
  expect(enter('a')).toBeNull();
});

test('those who wait are woken one key after the other, as far as there is room', () => {
  const woken: string[] = [];
  const { enter, waitFor, wakeAll } = createFairLimiter({ max: 2, maxPerKey: 2 }, (id) => woken.push(id));
  const held = [enter('a'), enter('a')];
  for (const id of ['a1', 'a2', 'a3']) waitFor('a', id);
  waitFor('b', 'b1');
  held[0]?.();
  expect(woken).toEqual(['a1']);
  held[1]?.();
  expect(woken).toEqual(['a1', 'b1', 'a2']);
  wakeAll();
  expect(woken).toEqual(['a1', 'b1', 'a2', 'a3']);
});
