import { UnrecoverableError } from 'bullmq';
import { waitUntil } from '@typelane/testkit';
import { afterEach, expect, test } from 'vitest';
import { type Scene, startScene } from './scene.ts';

/** The consumer could not send a reply at all. */
let scene: Scene;
afterEach(() => scene.close());

test('by default the next replies are sent', async () => {
  scene = await startScene({});
  await sendsNothingOf('started by hello');
  await scene.says('first');
  await scene.tells('heard first');
  expect(await scene.sessions()).toEqual(['open']);
});

test('with afterSendFailure pause the chat is left to a human, and later replies are not sent', async () => {
  scene = await startScene({ afterSendFailure: 'pause' });
  const released = Promise.withResolvers<void>();
  scene.pipeline.consumer.during(async () => {
    await released.promise;
    scene.pipeline.consumer.during(null);
    throw new UnrecoverableError('no such number');
  });
  for (const words of ['hello', 'first']) await scene.says(words);
  await scene.finals(2);
  released.resolve();
  await waitUntil(async () => (await scene.sessions())[0] === 'paused: send_failed', { what: 'the pause' });
  await scene.pipeline.ledger.acknowledged(scene.instanceId);
  await scene.says('second');
  expect(await scene.finals(4)).toEqual(['answered', 'answered', 'answered', 'ignored: paused']);
  expect(scene.told()).toEqual([]);
});

test('with afterSendFailure pause the chat is paused even when another setting is unreadable', async () => {
  scene = await startScene({ afterSendFailure: 'pause' });
  await scene.pipeline.database.sql`
    update typebot_integrations set settings = settings || '{"locale": "tlh", "ofTheFuture": 1}' where instance_id = ${scene.instanceId}`;
  await sendsNothingOf('started by hello');
  const sessions = await waitUntil(
    async () => {
      const found = await scene.sessions();
      return found[0] !== 'open' && found;
    },
    { what: 'the pause' },
  );
  expect(sessions).toEqual(['paused: send_failed']);
});

test('a failure that is reported twice pauses once', async () => {
  scene = await startScene({ afterSendFailure: 'pause' });
  await sendsNothingOf('started by hello');
  await waitUntil(async () => (await scene.sessions())[0] === 'paused: send_failed', { what: 'the pause' });
  const snapshot = { typebotIntegrationId: null, bot: null };
  const resume = await scene.pipeline.command(scene.chat, { type: 'open', sessionId: await scene.liveSession(), snapshot });
  expect(await resume.outcome()).toBe('answered');
  // The sweep reads the receipt again, as after a crash of the process that was told of it.
  await scene.pipeline.database.sql`
    with reply as (update outbox set acked_at = null, dispatched_at = now() - interval '1 hour' returning conversation_id)
    update conversations set acked_seq = 0 where conversation_id in (select conversation_id from reply)`;
  await scene.pipeline.ledger.acknowledged(scene.instanceId);
  await scene.says('first');
  await scene.tells('heard first');
  expect(await scene.sessions()).toEqual(['open']);
});

async function sendsNothingOf(words: string): Promise<void> {
  scene.pipeline.consumer.during(() => {
    scene.pipeline.consumer.during(null);
    throw new UnrecoverableError('no such number');
  });
  await scene.says(words.replace('started by ', ''));
  await scene.finals(1);
  await scene.pipeline.ledger.acknowledged(scene.instanceId);
}
