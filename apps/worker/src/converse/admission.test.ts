import { expect, test } from 'vitest';
import { createBulkhead } from './admission.ts';

/** Enters calls to this host until one is refused. Returns how many entered. */
function fill(enter: ReturnType<typeof createBulkhead>['enter'], host: string): number {
  let calls = 0;
  while (enter(host, false)) calls += 1;
  return calls;
}

test('one host that hangs leaves a fifth of the concurrency to the others', () => {
  const { enter } = createBulkhead(100);
  expect(fill(enter, 'hung')).toBe(80);
  expect(enter('other', false)).not.toBeNull();
});

test('one more host can be called, however many hang', () => {
  const { enter } = createBulkhead(200);
  const entered = ['a', 'b', 'c'].map((host) => fill(enter, host));
  expect(entered.reduce((sum, calls) => sum + calls, 0)).toBeLessThan(200);
  expect(enter('d', false)).not.toBeNull();
});

test('a host can be called again when a call to it is over', () => {
  const { enter } = createBulkhead(10);
  const leave = enter('host', false);
  fill(enter, 'host');
  expect(enter('host', false)).toBeNull();
  leave?.();
  expect(enter('host', false)).not.toBeNull();
});

test('a turn that has made a call is admitted beyond the share of its host', () => {
  const { enter } = createBulkhead(10);
  fill(enter, 'host');
  expect(enter('host', true)).not.toBeNull();
});

test('waiting conversations are woken once, as many as there is capacity for', () => {
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

test('if a woken conversation makes no call, the next one is woken instead', () => {
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
