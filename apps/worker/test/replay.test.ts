import { askText, goTo, listenForWebhook, text, waitUntil } from '@typelane/testkit';
import { afterEach, expect, test } from 'vitest';
import { type Scenario, startScenario } from './scenario.ts';

/** Messages that the contact wrote while a human had the chat, when the bot resumes. */
let scenario: Scenario;
afterEach(() => scenario.close());

const replays = { resume: { replay: true }, staleAfterMinutes: 1 };

test('by default the bot never receives messages that were written to the human', async () => {
  scenario = await startScenario({});
  await talkToHuman('one');
  await resume();
  await scenario.says('two');
  await scenario.tells('started by hello', 'heard two');
  expect(scenario.heard()).toEqual(['two']);
});

test('with replay the bot answers them in order when an operator resumes the bot, and then later messages', async () => {
  scenario = await startScenario(replays);
  await talkToHuman('one', 'two');
  await resume();
  await scenario.finals(7);
  await scenario.says('three');
  await scenario.tells('started by hello', 'heard one', 'heard two', 'heard three');
  expect(await scenario.finals(8)).toEqual([
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
  scenario = await startScenario(replays);
  await talkToHuman('one');
  const minutesAgo = Math.floor(Date.now() / 1_000) - 3_000;
  await scenario.pipeline.database.sql`
    update inbox set event = jsonb_set(event, '{data,messageTimestamp}', to_jsonb(${minutesAgo}::int)) where event -> 'data' -> 'content' ->> 'text' = 'one'`;
  await resume();
  await scenario.tells('started by hello', 'heard one');
  expect(await scenario.finals(5)).toEqual(['answered', 'ignored: human', 'ignored: paused', 'answered', 'answered']);
});

test('a message is replayed once: a second pause replays only messages written during it', async () => {
  scenario = await startScenario(replays);
  await talkToHuman('one');
  await resume();
  await scenario.tells('started by hello', 'heard one');
  await scenario.says('Me again', { fromMe: true });
  await scenario.says('two');
  await waitUntil(async () => (await scenario.sessions())[0] === 'paused: human', { what: 'the second pause' });
  await scenario.finals(7);
  await resume();
  await scenario.tells('started by hello', 'heard one', 'heard two');
  expect(scenario.heard()).toEqual(['one', 'two']);
});

test('messages written in a pause before the setting was made are not replayed', async () => {
  scenario = await startScenario({});
  await talkToHuman('one');
  await resume();
  await scenario.pipeline.database.sql`
    update typebot_integrations set settings = ${JSON.stringify(replays)}::text::jsonb, updated_at = now() where instance_id = ${scenario.instanceId}`;
  await scenario.says('Me again', { fromMe: true });
  await scenario.says('two');
  await scenario.finals(6);
  await resume();
  await scenario.tells('started by hello', 'heard two');
  expect(scenario.heard()).toEqual(['two']);
});

test('a resume keyword of the human and a pause that ends by itself replay too', async () => {
  scenario = await startScenario({ ...replays, keywords: { resume: ['voltar'] }, pause: { resumeAfterMinutes: 0.03 } });
  await talkToHuman('one');
  await scenario.says('voltar', { fromMe: true });
  await scenario.tells('started by hello', 'heard one');
  await scenario.says('Me again', { fromMe: true });
  await scenario.says('two');
  await scenario.tells('started by hello', 'heard one', 'heard two');
  expect(scenario.heard()).toEqual(['one', 'two']);
});

test('a command that does not resume the bot, carried out during the pause, keeps the earlier messages for the replay', async () => {
  scenario = await startScenario(replays);
  await talkToHuman('one');
  const close = await scenario.pipeline.command(scenario.chat, { type: 'close', sessionId: crypto.randomUUID(), reason: 'operator' });
  expect(await close.outcome()).toBe('answered');
  await scenario.says('two');
  await scenario.finals(5);
  await resume();
  await scenario.tells('started by hello', 'heard one', 'heard two');
});

test('a call of the current Webhook block during the pause also keeps the earlier messages for the replay', async () => {
  scenario = await startScenario(replays, {
    groups: { Start: [text('Pay, please'), listenForWebhook(), text('Paid'), goTo('Ask')], Ask: [askText({}), text('heard'), goTo('Ask')] },
  });
  await scenario.says('hello');
  await scenario.tells('Pay, please');
  await scenario.says('I am here', { fromMe: true });
  await scenario.says('one');
  await scenario.finals(3);
  const command = { type: 'webhook' as const, sessionId: await scenario.liveSession(), payload: '"yes"' };
  expect(await (await scenario.pipeline.command(scenario.chat, command)).outcome()).toBe('answered');
  await resume();
  await scenario.tells('Pay, please', 'Paid', 'heard');
  expect(scenario.heard()).toEqual(['{"data":"yes"}', 'one']);
});

/** The bot has greeted, a human has taken the chat, and the contact writes these texts. */
async function talkToHuman(...said: string[]): Promise<void> {
  await scenario.says('hello');
  await scenario.tells('started by hello');
  await scenario.says('I am here', { fromMe: true });
  for (const words of said) await scenario.says(words);
  await scenario.finals(2 + said.length);
}

async function resume(): Promise<void> {
  const snapshot = { typebotIntegrationId: null, bot: null };
  const command = await scenario.pipeline.command(scenario.chat, { type: 'open', sessionId: await scenario.liveSession(), snapshot });
  expect(await command.outcome()).toBe('answered');
}
