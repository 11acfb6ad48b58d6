import { readFileSync } from 'node:fs';
import { inboundText } from '@typelane/testkit';
import { Worker } from 'bullmq';
import { expect, onTestFinished, test } from 'vitest';
import { testQueues, type TestQueues } from '../test/queues.ts';

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
const script = /```lua\n([\s\S]+?)```/.exec(readme)?.[1] ?? '';
const said = (text: string) => inboundText({ instanceId: 'shop', jid: '5531999999999@s.whatsapp.net', keyId: text, text, timestamp: 1 });

/** As a program in any language would do it. */
async function add(queues: TestQueues, text: string): Promise<unknown> {
  const keys = [`wa-${text}`, 'wait', 'marker', 'meta'].map((name) => `${queues.prefix}:inbound:${name}`);
  return await queues.redis.eval(script, 4, ...keys, `wa-${text}`, JSON.stringify(said(text)), Date.now());
}

test('events added by the script of the README are queued in order among those of BullMQ', async () => {
  const queues = testQueues();
  expect(await add(queues, 'one')).toBe(1);
  await queues.queue('inbound').add('message', said('two'));
  expect(await add(queues, 'three')).toBe(1);

  expect(await queues.waiting('inbound')).toEqual([said('one'), said('two'), said('three')]);
  expect((await queues.queue('inbound').getWaiting()).map((job) => [job.name, job.data])).toEqual(
    ['one', 'two', 'three'].map((text) => ['message', said(text)]),
  );
});

test('a repeated job id adds no second job', async () => {
  const queues = testQueues();
  await add(queues, 'one');
  expect(await add(queues, 'one')).toBe(0);
  expect((await queues.queue('inbound').add('message', said('other words'), { jobId: 'wa-one' })).id).toBe('wa-one');

  expect(await queues.waiting('inbound')).toEqual([said('one')]);
});

test('it wakes a waiting worker, except on a paused queue', async () => {
  const queues = testQueues();
  const marker = `${queues.prefix}:inbound:marker`;
  await queues.queue('inbound').pause();
  await add(queues, 'one');
  expect(await queues.redis.exists(marker)).toBe(0);

  await queues.queue('inbound').resume();
  await queues.redis.del(marker);
  await add(queues, 'two');
  expect(await queues.redis.zrange(marker, '0', '-1', 'WITHSCORES')).toEqual(['0', '0']);
});

test('BullMQ can process such a job', async () => {
  const queues = testQueues();
  const done = Promise.withResolvers<unknown>();
  const worker = new Worker('inbound', async (job) => done.resolve([job.name, job.data]), {
    connection: queues.redis,
    prefix: queues.prefix,
  });
  onTestFinished(() => worker.close());
  await worker.waitUntilReady();
  await add(queues, 'one');

  expect(await done.promise).toEqual(['message', said('one')]);
});
