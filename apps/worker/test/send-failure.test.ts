import { UnrecoverableError } from 'bullmq';
import { waitUntil } from '@typelane/testkit';
import { afterEach, expect, test } from 'vitest';
import { type Scenario, startScenario } from './scenario.ts';

/** The consumer could not send a reply. */
let scenario: Scenario;
afterEach(() => scenario.close());

test('by default the next replies are sent', async () => {
  scenario = await startScenario({});
  await sendsNothingOf('started by hello');
  await scenario.says('first');
  await scenario.tells('heard first');
  expect(await scenario.sessions()).toEqual(['open']);
});

test('with afterSendFailure pause the chat is left to a human, and later replies are not sent', async () => {
  scenario = await startScenario({ afterSendFailure: 'pause' });
  const released = Promise.withResolvers<void>();
  scenario.pipeline.consumer.during(async () => {
    await released.promise;
    scenario.pipeline.consumer.during(null);
    throw new UnrecoverableError('no such number');
  });
  for (const words of ['hello', 'first']) await scenario.says(words);
  await scenario.finals(2);
  released.resolve();
  await waitUntil(async () => (await scenario.sessions())[0] === 'paused: send_failed', { what: 'the pause' });
  await scenario.pipeline.tables.acknowledged(scenario.instanceId);
  await scenario.says('second');
  expect(await scenario.finals(4)).toEqual(['answered', 'answered', 'answered', 'ignored: paused']);
  expect(scenario.told()).toEqual([]);
});

test('with afterSendFailure pause the chat is paused even when another setting is unreadable', async () => {
  scenario = await startScenario({ afterSendFailure: 'pause' });
  await scenario.pipeline.database.sql`
    update typebot_integrations set settings = settings || '{"locale": "tlh", "ofTheFuture": 1}' where instance_id = ${scenario.instanceId}`;
  await sendsNothingOf('started by hello');
  const sessions = await waitUntil(
    async () => {
      const found = await scenario.sessions();
      return found[0] !== 'open' && found;
    },
    { what: 'the pause' },
  );
  expect(sessions).toEqual(['paused: send_failed']);
});

test('a failure that is reported twice pauses once', async () => {
  scenario = await startScenario({ afterSendFailure: 'pause' });
  await sendsNothingOf('started by hello');
  await waitUntil(async () => (await scenario.sessions())[0] === 'paused: send_failed', { what: 'the pause' });
  const snapshot = { typebotIntegrationId: null, bot: null };
  const resume = await scenario.pipeline.command(scenario.chat, { type: 'open', sessionId: await scenario.liveSession(), snapshot });
  expect(await resume.outcome()).toBe('answered');
  // The sweep reads the receipt again, as after a crash of the process that first read it.
  await scenario.pipeline.database.sql`
    with reply as (update outbox set acked_at = null, dispatched_at = now() - interval '1 hour' returning conversation_id)
    update conversations set acked_seq = 0 where conversation_id in (select conversation_id from reply)`;
  await scenario.pipeline.tables.acknowledged(scenario.instanceId);
  await scenario.says('first');
  await scenario.tells('heard first');
  expect(await scenario.sessions()).toEqual(['open']);
});

async function sendsNothingOf(words: string): Promise<void> {
  scenario.pipeline.consumer.during(() => {
    scenario.pipeline.consumer.during(null);
    throw new UnrecoverableError('no such number');
  });
  await scenario.says(words.replace('started by ', ''));
  await scenario.finals(1);
  await scenario.pipeline.tables.acknowledged(scenario.instanceId);
}
