import type { OutboundReply } from '@typelane/core';
import { type BotScript, askText, goTo, image, inboundMedia, text, waitUntil } from '@typelane/testkit';
import type { Job } from 'bullmq';
import { afterEach, expect, test } from 'vitest';
import { sentKeysOf, textsIn } from './consumer.ts';
import { type Scene, startScene, waitingBot } from './scene.ts';

/** The human on the phone takes the chat; what comes back from our own sends is nobody. */
let scene: Scene;
afterEach(() => scene.close());

test('a human who writes during a call silences the bot at once, including the answer of that call', async () => {
  scene = await startScene({});
  await scene.says('hello');
  await scene.tells('started by hello');
  const { release } = scene.holdTypebot();
  await scene.says('first');
  await scene.asked('first');
  await scene.says('I am here', { fromMe: true });
  await waitUntil(async () => (await scene.pipeline.ledger.outcomes(scene.instanceId)).length === 3, { what: 'the human in the inbox' });
  release();
  expect(await scene.finals(3)).toEqual(['answered', 'answered', 'ignored: human']);
  await scene.pipeline.ledger.acknowledged(scene.instanceId);
  expect(scene.told()).toEqual(['started by hello']);
  expect(await scene.sessions()).toEqual(['paused: human']);
});

test('a human who writes during a Wait block silences the flow at once, and it continues when the bot resumes', async () => {
  scene = await startScene({}, waitingBot(20));
  await scene.says('hello');
  await scene.tells('before');
  await scene.says('I am here', { fromMe: true });
  expect(await scene.finals(2)).toEqual(['answered', 'ignored: human']);
  expect(await scene.sessions()).toEqual(['paused: human']);
  expect(scene.typebot.heard).toHaveLength(1);
  const snapshot = { typebotIntegrationId: null, bot: null };
  const resume = await scene.pipeline.command(scene.chat, { type: 'open', sessionId: await scene.liveSession(), snapshot });
  expect(await resume.outcome()).toBe('answered');
  await scene.tells('before', 'after');
});

test('replies behind the one being delivered are retracted when the human writes', async () => {
  scene = await startScene({});
  const delivery = scene.holdDelivery();
  await scene.says('hello');
  await delivery.begun;
  for (const words of ['first', 'second']) await scene.says(words);
  await scene.finals(3);
  await scene.says('I am here', { fromMe: true });
  await scene.finals(4);
  delivery.release();
  await scene.pipeline.ledger.acknowledged(scene.instanceId);
  expect(scene.told()).toEqual(['started by hello']);
});

test.each([true, false])('an echo before its send returns never pauses; the consumer reports key ids: %s', async (tells) => {
  scene = await startScene({});
  scene.pipeline.consumer.tellsKeyIds(tells);
  const delivery = scene.holdDelivery();
  await scene.says('hello');
  const { reply } = await delivery.begun;
  await echo(reply);
  await scene.says('first');
  // The echo is judged while nothing is known but what was said.
  expect(await scene.finals(3)).toEqual(['answered', 'ignored: echo', 'answered']);
  delivery.release();
  await scene.tells('started by hello', 'heard first');
  expect(await scene.sessions()).toEqual(['open']);
});

test.each([true, false])('an echo after its send returned never pauses; the consumer reports key ids: %s', async (tells) => {
  scene = await startScene({});
  scene.pipeline.consumer.tellsKeyIds(tells);
  await scene.says('hello');
  await scene.tells('started by hello');
  await scene.pipeline.ledger.acknowledged(scene.instanceId);
  for (const reply of scene.pipeline.consumer.replies()) await echo(reply);
  await scene.says('first');
  expect(await scene.finals(3)).toEqual(['answered', 'ignored: echo', 'answered']);
  await scene.tells('started by hello', 'heard first');
});

test('an echo that arrives during the next call withholds nothing', async () => {
  scene = await startScene({});
  scene.pipeline.consumer.tellsKeyIds(false);
  await scene.says('hello');
  await scene.tells('started by hello');
  const { release } = scene.holdTypebot();
  await scene.says('first');
  await scene.asked('first');
  for (const reply of scene.pipeline.consumer.replies()) await echo(reply);
  await waitUntil(async () => (await scene.pipeline.ledger.outcomes(scene.instanceId)).length === 3, { what: 'the echo in the inbox' });
  release();
  expect(await scene.finals(3)).toEqual(['answered', 'answered', 'ignored: echo']);
  await scene.tells('started by hello', 'heard first');
});

test('an echo during a Wait block does not shorten the wait', async () => {
  scene = await startScene({}, waitingBot(1));
  await scene.says('hello');
  await scene.tells('before');
  for (const reply of scene.pipeline.consumer.replies()) await echo(reply);
  expect(await scene.finals(2)).toEqual(['answered', 'ignored: echo']);
  await scene.tells('before', 'after');
});

test('an echo of a picture without a caption never pauses when the consumer reports it before the send returns', async () => {
  const pictureBot: BotScript = { groups: { Start: [image('https://files.example/a.png'), text('Well?'), askText(), goTo('Start')] } };
  scene = await startScene({}, pictureBot);
  scene.pipeline.consumer.during(async ({ messages }, job: Job) => {
    await job.updateProgress({ sent: 1, keyIds: ['PICTURE-1'] });
    await waitUntil(async () => (await keysOnRecord()).includes('PICTURE-1'), { what: 'the key id on record' });
    if (messages[0]?.type !== 'image') throw new Error('Expected a picture');
    const picture = inboundMedia({ ...scene.chat, media: 'image', url: 'https://cdn.example/b.png', fromMe: true, keyId: 'PICTURE-1' });
    await scene.pipeline.publish(picture);
    await scene.finals(2);
    scene.pipeline.consumer.during(null);
  });
  await scene.says('hello');
  expect(await scene.finals(2)).toEqual(['answered', 'ignored: echo']);
  await scene.says('yes');
  await waitUntil(() => scene.told().length === 2, { what: 'the bot to go on' });
});

test("messages from the phone are ignored, or answered as the contact's, if the integration says so", async () => {
  scene = await startScene({ fromMe: 'ignore' });
  await scene.says('I am here', { fromMe: true });
  await scene.says('hello');
  expect(await scene.finals(2)).toEqual(['ignored: from_me', 'answered']);
  await scene.close();
  scene = await startScene({ fromMe: 'listen' });
  await scene.says('hello', { fromMe: true });
  await scene.tells('started by hello');
  await scene.says('first', { fromMe: true });
  await scene.tells('started by hello', 'heard first');
});

/** The gateway hands our own send back to us, under the id WhatsApp gave it. */
async function echo(reply: OutboundReply): Promise<void> {
  const keyId = sentKeysOf(reply)[0] ?? '';
  for (const words of textsIn(reply)) await scene.says(words, { fromMe: true, keyId });
}

async function keysOnRecord(): Promise<string[]> {
  const rows = await scene.pipeline.database.sql<
    { key_id: string }[]
  >`select key_id from sent_keys where instance_id = ${scene.instanceId}`;
  return rows.map(({ key_id }) => key_id);
}
