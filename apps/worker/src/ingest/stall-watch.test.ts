import { createLog } from '@typelane/runtime';
import { waitUntil } from '@typelane/testkit';
import { expect, test } from 'vitest';
import { watchForStall } from './stall-watch.ts';

test('a job that stays the oldest is told of again and again, with its queue; a queue that moves or is empty is not', async () => {
  const lines: { msg: string; queueKey: string; jobId: string }[] = [];
  const log = createLog('debug', { write: (line: string) => void lines.push(JSON.parse(line) as (typeof lines)[number]) });
  const times = { afterMs: 0, everyMs: 5 };
  const stuck = watchForStall('bull:inbound', log, times);
  const idle = watchForStall('bull:other', log, times);
  idle.sees('1');
  idle.sleeps();
  stuck.sees('7');
  await waitUntil(() => lines.length >= 2, { what: 'two lines' });
  stuck.stop();
  idle.stop();
  expect(new Set(lines.map(({ msg, queueKey, jobId }) => `${msg} ${queueKey} ${jobId}`))).toEqual(
    new Set(['ingest.stalled bull:inbound 7']),
  );
});
