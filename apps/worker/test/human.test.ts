import type { OutboundReply } from '@typelane/core';
import { type BotScript, askText, goTo, image, inboundMedia, text, waitUntil } from '@typelane/testkit';
import type { Job } from 'bullmq';
import { afterEach, expect, test } from 'vitest';
import { sentKeysOf, textsIn } from './consumer.ts';
import { type Scenario, startScenario, waitingBot } from './scenario.ts';

/** The human on the phone takes the chat; echoes of the bot's own messages do not count as a human. */
let scenario: Scenario;
afterEach(() => scenario.close());

test('a human who writes during a call silences the bot at once, including the answer of that call', async () => {
  scenario = await startScenario({});
  await scenario.says('hello');
  await scenario.tells('started by hello');
  const { release } = scenario.holdTypebot();
  await scenario.says('first');
  await scenario.asked('first');
  await scenario.says('I am here', { fromMe: true });
  await waitUntil(async () => (await scenario.pipeline.tables.outcomes(scenario.instanceId)).length === 3, {
    what: 'the human in the inbox',
  });
  release();
  expect(await scenario.finals(3)).toEqual(['answered', 'answered', 'ignored: human']);
  await scenario.pipeline.tables.acknowledged(scenario.instanceId);
  expect(scenario.told()).toEqual(['started by hello']);
  expect(await scenario.sessions()).toEqual(['paused: human']);
});

test('a human who writes during a Wait block silences the flow at once, and it continues when the bot resumes', async () => {
  scenario = await startScenario({}, waitingBot(20));
  await scenario.says('hello');
  await scenario.tells('before');
  await scenario.says('I am here', { fromMe: true });
  expect(await scenario.finals(2)).toEqual(['answered', 'ignored: human']);
  expect(await scenario.sessions()).toEqual(['paused: human']);
  expect(scenario.typebot.heard).toHaveLength(1);
  const snapshot = { typebotIntegrationId: null, bot: null };
  const resume = await scenario.pipeline.command(scenario.chat, { type: 'open', sessionId: await scenario.liveSession(), snapshot });
  expect(await resume.outcome()).toBe('answered');
  await scenario.tells('before', 'after');
});

test('replies behind the one being delivered are retracted when the human writes', async () => {
  scenario = await startScenario({});
  const delivery = scenario.holdDelivery();
  await scenario.says('hello');
  await delivery.begun;
  for (const words of ['first', 'second']) await scenario.says(words);
  await scenario.finals(3);
  await scenario.says('I am here', { fromMe: true });
  await scenario.finals(4);
  delivery.release();
  await scenario.pipeline.tables.acknowledged(scenario.instanceId);
  expect(scenario.told()).toEqual(['started by hello']);
});

test.each([true, false])('an echo before its send returns never pauses; the consumer reports key ids: %s', async (tells) => {
  scenario = await startScenario({});
  scenario.pipeline.consumer.tellsKeyIds(tells);
  const delivery = scenario.holdDelivery();
  await scenario.says('hello');
  const { reply } = await delivery.begun;
  await echo(reply);
  await scenario.says('first');
  // The echo is judged by its text, since no ids are known yet.
  expect(await scenario.finals(3)).toEqual(['answered', 'ignored: echo', 'answered']);
  delivery.release();
  await scenario.tells('started by hello', 'heard first');
  expect(await scenario.sessions()).toEqual(['open']);
});

test.each([true, false])('an echo after its send returned never pauses; the consumer reports key ids: %s', async (tells) => {
  scenario = await startScenario({});
  scenario.pipeline.consumer.tellsKeyIds(tells);
  await scenario.says('hello');
  await scenario.tells('started by hello');
  await scenario.pipeline.tables.acknowledged(scenario.instanceId);
  for (const reply of scenario.pipeline.consumer.replies()) await echo(reply);
  await scenario.says('first');
  expect(await scenario.finals(3)).toEqual(['answered', 'ignored: echo', 'answered']);
  await scenario.tells('started by hello', 'heard first');
});

test('an echo that arrives during the next call withholds nothing', async () => {
  scenario = await startScenario({});
  scenario.pipeline.consumer.tellsKeyIds(false);
  await scenario.says('hello');
  await scenario.tells('started by hello');
  const { release } = scenario.holdTypebot();
  await scenario.says('first');
  await scenario.asked('first');
  for (const reply of scenario.pipeline.consumer.replies()) await echo(reply);
  await waitUntil(async () => (await scenario.pipeline.tables.outcomes(scenario.instanceId)).length === 3, {
    what: 'the echo in the inbox',
  });
  release();
  expect(await scenario.finals(3)).toEqual(['answered', 'answered', 'ignored: echo']);
  await scenario.tells('started by hello', 'heard first');
});

test('an echo during a Wait block does not shorten the wait', async () => {
  scenario = await startScenario({}, waitingBot(1));
  await scenario.says('hello');
  await scenario.tells('before');
  for (const reply of scenario.pipeline.consumer.replies()) await echo(reply);
  expect(await scenario.finals(2)).toEqual(['answered', 'ignored: echo']);
  await scenario.tells('before', 'after');
});

test('an echo of a picture without a caption never pauses when the consumer reports it before the send returns', async () => {
  const pictureBot: BotScript = { groups: { Start: [image('https://files.example/a.png'), text('Well?'), askText(), goTo('Start')] } };
  scenario = await startScenario({}, pictureBot);
  scenario.pipeline.consumer.during(async ({ messages }, job: Job) => {
    await job.updateProgress({ sent: 1, keyIds: ['PICTURE-1'] });
    await waitUntil(async () => (await keysOnRecord()).includes('PICTURE-1'), { what: 'the key id on record' });
    if (messages[0]?.type !== 'image') throw new Error('Expected a picture');
    const picture = inboundMedia({ ...scenario.chat, media: 'image', url: 'https://cdn.example/b.png', fromMe: true, keyId: 'PICTURE-1' });
    await scenario.pipeline.publish(picture);
    await scenario.finals(2);
    scenario.pipeline.consumer.during(null);
  });
  await scenario.says('hello');
  expect(await scenario.finals(2)).toEqual(['answered', 'ignored: echo']);
  await scenario.says('yes');
  await waitUntil(() => scenario.told().length === 2, { what: 'the bot to go on' });
});

test("messages from the phone are ignored, or answered as the contact's, if the integration says so", async () => {
  scenario = await startScenario({ fromMe: 'ignore' });
  await scenario.says('I am here', { fromMe: true });
  await scenario.says('hello');
  expect(await scenario.finals(2)).toEqual(['ignored: from_me', 'answered']);
  await scenario.close();
  scenario = await startScenario({ fromMe: 'listen' });
  await scenario.says('hello', { fromMe: true });
  await scenario.tells('started by hello');
  await scenario.says('first', { fromMe: true });
  await scenario.tells('started by hello', 'heard first');
});

/** The gateway returns the bot's own message as an event, with the id WhatsApp gave it. */
async function echo(reply: OutboundReply): Promise<void> {
  const keyId = sentKeysOf(reply)[0] ?? '';
  for (const words of textsIn(reply)) await scenario.says(words, { fromMe: true, keyId });
}

async function keysOnRecord(): Promise<string[]> {
  const rows = await scenario.pipeline.database.sql<
    { key_id: string }[]
  >`select key_id from sent_keys where instance_id = ${scenario.instanceId}`;
  return rows.map(({ key_id }) => key_id);
}
