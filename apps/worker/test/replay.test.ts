import { askText, goTo, listenForWebhook, text, waitUntil } from '@typelane/testkit';
import { afterEach, expect, test } from 'vitest';
import { type Scene, startScene } from './scene.ts';

/** What the contact said while a human held the chat, when the bot gets it back. */
let scene: Scene;
afterEach(() => scene.close());

const replays = { resume: { replay: true }, staleAfterMinutes: 1 };

test('by default the bot never receives messages that were written to the human', async () => {
  scene = await startScene({});
  await talkToHuman('one');
  await resume();
  await scene.says('two');
  await scene.tells('started by hello', 'heard two');
  expect(scene.heard()).toEqual(['two']);
});

test('with replay the bot answers them in order when an operator resumes the bot, and then later messages', async () => {
  scene = await startScene(replays);
  await talkToHuman('one', 'two');
  await resume();
  await scene.finals(7);
  await scene.says('three');
  await scene.tells('started by hello', 'heard one', 'heard two', 'heard three');
  expect(await scene.finals(8)).toEqual([
    'answered',
    'ignored: human',
    'ignored: paused',
    'ignored: paused',
    'answered',
    'answered',
    'answered',
    'answered',
  ]);
});

test('messages from long ago are replayed too', async () => {
  scene = await startScene(replays);
  await talkToHuman('one');
  const minutesAgo = Math.floor(Date.now() / 1_000) - 3_000;
  await scene.pipeline.database.sql`
    update inbox set event = jsonb_set(event, '{data,messageTimestamp}', to_jsonb(${minutesAgo}::int)) where event -> 'data' -> 'content' ->> 'text' = 'one'`;
  await resume();
  await scene.tells('started by hello', 'heard one');
  expect(await scene.finals(5)).toEqual(['answered', 'ignored: human', 'ignored: paused', 'answered', 'answered']);
});

test('a message is replayed once: a second pause replays only messages written during it', async () => {
  scene = await startScene(replays);
  await talkToHuman('one');
  await resume();
  await scene.tells('started by hello', 'heard one');
  await scene.says('Me again', { fromMe: true });
  await scene.says('two');
  await waitUntil(async () => (await scene.sessions())[0] === 'paused: human', { what: 'the second pause' });
  await scene.finals(7);
  await resume();
  await scene.tells('started by hello', 'heard one', 'heard two');
  expect(scene.heard()).toEqual(['one', 'two']);
});

test('messages written in a pause before the setting was made are not replayed', async () => {
  scene = await startScene({});
  await talkToHuman('one');
  await resume();
  await scene.pipeline.database.sql`
    update typebot_integrations set settings = ${JSON.stringify(replays)}::text::jsonb, updated_at = now() where instance_id = ${scene.instanceId}`;
  await scene.says('Me again', { fromMe: true });
  await scene.says('two');
  await scene.finals(6);
  await resume();
  await scene.tells('started by hello', 'heard two');
  expect(scene.heard()).toEqual(['two']);
});

test('a resume keyword of the human and a pause that ends by itself replay too', async () => {
  scene = await startScene({ ...replays, keywords: { resume: ['voltar'] }, pause: { resumeAfterMinutes: 0.03 } });
  await talkToHuman('one');
  await scene.says('voltar', { fromMe: true });
  await scene.tells('started by hello', 'heard one');
  await scene.says('Me again', { fromMe: true });
  await scene.says('two');
  await scene.tells('started by hello', 'heard one', 'heard two');
  expect(scene.heard()).toEqual(['one', 'two']);
});

test('a command that does not resume the bot, carried out during the pause, keeps the earlier messages for the replay', async () => {
  scene = await startScene(replays);
  await talkToHuman('one');
  const close = await scene.pipeline.command(scene.chat, { type: 'close', sessionId: crypto.randomUUID(), reason: 'operator' });
  expect(await close.outcome()).toBe('answered');
  await scene.says('two');
  await scene.finals(5);
  await resume();
  await scene.tells('started by hello', 'heard one', 'heard two');
});

test('a call of the current Webhook block during the pause also keeps the earlier messages for the replay', async () => {
  scene = await startScene(replays, {
    groups: { Start: [text('Pay, please'), listenForWebhook(), text('Paid'), goTo('Ask')], Ask: [askText({}), text('heard'), goTo('Ask')] },
  });
  await scene.says('hello');
  await scene.tells('Pay, please');
  await scene.says('I am here', { fromMe: true });
  await scene.says('one');
  await scene.finals(3);
  const command = { type: 'webhook' as const, sessionId: await scene.liveSession(), payload: '"yes"' };
  expect(await (await scene.pipeline.command(scene.chat, command)).outcome()).toBe('answered');
  await resume();
  await scene.tells('Pay, please', 'Paid', 'heard');
  expect(scene.heard()).toEqual(['{"data":"yes"}', 'one']);
});

/** The bot has greeted, a human has taken the chat, and the contact says this to them. */
async function talkToHuman(...said: string[]): Promise<void> {
  await scene.says('hello');
  await scene.tells('started by hello');
  await scene.says('I am here', { fromMe: true });
  for (const words of said) await scene.says(words);
  await scene.finals(2 + said.length);
}

async function resume(): Promise<void> {
  const snapshot = { typebotIntegrationId: null, bot: null };
  const command = await scene.pipeline.command(scene.chat, { type: 'open', sessionId: await scene.liveSession(), snapshot });
  expect(await command.outcome()).toBe('answered');
}
