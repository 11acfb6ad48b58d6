import { expect, test } from 'vitest';
import { createBulkhead } from './admission.ts';

/** How many calls this host gets in, and keeps. */
function fill(enter: ReturnType<typeof createBulkhead>['enter'], host: string): number {
  let calls = 0;
  while (enter(host, false)) calls += 1;
  return calls;
}

test('one host that hangs leaves a fifth of the slots to the others', () => {
  const { enter } = createBulkhead(100);
  expect(fill(enter, 'hung')).toBe(80);
  expect(enter('other', false)).not.toBeNull();
});

test('however many hosts hang, there is room for one more', () => {
  const { enter } = createBulkhead(200);
  const held = ['a', 'b', 'c'].map((host) => fill(enter, host));
  expect(held.reduce((sum, calls) => sum + calls, 0)).toBeLessThan(200);
  expect(enter('d', false)).not.toBeNull();
});

test('a host has its room back when its calls are over', () => {
  const { enter } = createBulkhead(10);
  const leave = enter('host', false);
  fill(enter, 'host');
  expect(enter('host', false)).toBeNull();
  leave?.();
  expect(enter('host', false)).not.toBeNull();
});

test('a turn that has begun is not cut off', () => {
  const { enter } = createBulkhead(10);
  fill(enter, 'host');
  expect(enter('host', true)).not.toBeNull();
});

test('those who wait are woken when there is room, as many as there is room for, and once', () => {
  const woken: string[] = [];
  const { enter, waitFor, wakeAll } = createBulkhead(10, (chat) => void woken.push(chat));
  const leaves = Array.from({ length: 8 }, () => enter('host', false));
  for (const chat of ['a', 'b', 'c', 'a']) waitFor('host', chat);
  expect(woken).toEqual([]);
  leaves[0]?.();
  expect(woken).toEqual(['a']);
  const other = enter('other', false);
  expect(enter('host', false)).toBeNull();
  waitFor('host', 'a');
  other?.();
  expect(woken).toEqual(['a', 'b']);
  wakeAll();
  wakeAll();
  expect(woken).toEqual(['a', 'b', 'c', 'a']);
});

test('where one that was woken asks nothing, the next is woken in its place', () => {
  const woken: string[] = [];
  const { enter, waitFor, wakeWaiting } = createBulkhead(2, (chat) => void woken.push(chat));
  const leave = enter('host', false);
  for (const chat of ['a', 'b', 'c']) waitFor('host', chat);
  leave?.();
  wakeWaiting();
  enter('host', false);
  wakeWaiting();
  expect(woken).toEqual(['a', 'b']);
});
