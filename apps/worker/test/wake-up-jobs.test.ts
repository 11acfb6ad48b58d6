import { randomUUID } from 'node:crypto';
import { type FakeTypebot, startFakeTypebot, waitUntil } from '@typelane/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Pipeline, startPipeline } from './harness.ts';
import { echoBot } from './order/echo-bot.ts';
import { addRaw } from './raw-job.ts';

/** Jobs on the queue `converse` that are not wake-ups: each fails once with a reason and wakes no conversation. */
let typebot: FakeTypebot;
let pipeline: Pipeline;

beforeAll(async () => {
  typebot = await startFakeTypebot({ bots: { echo: echoBot } });
  pipeline = await startPipeline({ typebots: [typebot.url] });
});

afterAll(async () => {
  await pipeline.close();
  await typebot.close();
  typebot.assertClean();
});

test.each<[what: string, data: string]>([
  ['cut off JSON', '{"conversationIds":["'],
  ['no JSON', 'hello'],
  ['a number', '42'],
  ['nothing', 'null'],
  ['an empty object', '{}'],
  ['ids that are not UUIDs', JSON.stringify({ conversationIds: ['x'] })],
  ['an unknown kind of redelivery', JSON.stringify({ conversationIds: [randomUUID()], redelivery: 'never' })],
])('a job with %s fails once with its reason, and the conversations behind it are woken', { timeout: 20_000 }, async (_what, data) => {
  const queueKey = `${pipeline.prefix}:converse`;
  const id = `strange-${randomUUID()}`;
  await addRaw(pipeline.redis, queueKey, id, data);
  const failed = await waitUntil(async () => (await pipeline.redis.hget(`${queueKey}:${id}`, 'failedReason')) ?? false, {
    what: 'the end of the job',
  });
  expect(failed).toMatch(/^(The data|`[a-zA-Z]+`) must be /);
  expect(await pipeline.redis.llen(`${queueKey}:active`)).toBe(0);
  expect(await pipeline.redis.zscore(`${queueKey}:failed`, id)).not.toBeNull();
  const instanceId = await pipeline.register({ url: typebot.url, publicId: 'echo' });
  const command = await pipeline.command(
    { instanceId, jid: '5531999990000@s.whatsapp.net' },
    {
      type: 'start',
      sessionId: randomUUID(),
      address: '5531999990000@s.whatsapp.net',
      publicId: null,
      startMessage: null,
      variables: {},
      status: 'open',
      force: false,
    },
  );
  expect(await command.outcome()).toBe('answered');
});

test('the newest hundred of three hundred failed wake-up jobs are kept', { timeout: 30_000 }, async () => {
  const queueKey = `${pipeline.prefix}:converse`;
  for (let nth = 0; nth < 300; nth += 1) await addRaw(pipeline.redis, queueKey, `many-${nth}`, '{}');
  await waitUntil(async () => (await pipeline.redis.exists(`${queueKey}:many-0`)) === 0, { what: 'the first to be gone' });
  await waitUntil(async () => (await pipeline.redis.llen(`${queueKey}:wait`)) === 0, { what: 'the last to be taken' });
  await waitUntil(async () => (await pipeline.redis.llen(`${queueKey}:active`)) === 0, { what: 'the last to have failed' });
  expect(await pipeline.redis.zcard(`${queueKey}:failed`)).toBe(100);
});
