import { parseJid } from '@typelane/core';
import { conversationId, ingest } from '@typelane/db';
import { inboundButtonReply, inboundText, listenForWebhook, text } from '@typelane/testkit';
import { afterEach, expect, test } from 'vitest';
import { type Scenario, startScenario, waitingBot } from './scenario.ts';

/** Keywords that are handled before Typebot is called. */
let scenario: Scenario;
afterEach(() => scenario.close());

const keywords = {
  finish: [{ word: 'Sair', answer: 'Bye' }],
  restart: [{ word: 'menu', answer: 'Once more' }],
  pause: [{ word: 'atendente', answer: 'A person will answer' }],
  resume: [{ word: 'voltar', answer: 'The bot is back' }],
};

test.each(['sair', ' SAÍR ', 'Sair'])('"%s" ends the session, is answered, and never reaches Typebot', async (word) => {
  scenario = await startScenario({ keywords });
  await scenario.says('hello');
  await scenario.says(word);
  expect(await scenario.finals(2)).toEqual(['answered', 'answered']);
  await scenario.tells('started by hello', 'Bye');
  expect(await scenario.sessions()).toEqual(['closed: keyword']);
  await scenario.says('again');
  await scenario.tells('started by hello', 'Bye', 'started by again');
  expect(scenario.heard()).toEqual([]);
});

test('a finish keyword as the first message starts nothing and is answered', async () => {
  scenario = await startScenario({ keywords });
  await scenario.says('sair');
  expect(await scenario.finals(1)).toEqual(['answered']);
  await scenario.tells('Bye');
  expect(scenario.typebot.heard).toEqual([]);
  expect(await scenario.sessions()).toEqual([]);
});

test('a finish keyword during a Wait block ends the session at once, and the texts after the wait are never sent', async () => {
  scenario = await startScenario({ keywords }, waitingBot(20));
  await scenario.says('hello');
  await scenario.tells('before');
  await scenario.says('sair');
  expect(await scenario.finals(2)).toEqual(['answered', 'answered']);
  await scenario.tells('before', 'Bye');
  expect(await scenario.sessions()).toEqual(['closed: keyword']);
  expect(scenario.typebot.heard).toHaveLength(1);
});

test('a finish keyword during a call whose answer ends with a Wait block ends the session too', async () => {
  scenario = await startScenario({ keywords }, waitingBot(20));
  const { release } = scenario.holdTypebot();
  await scenario.says('hello');
  await expect.poll(() => scenario.typebot.heard.length).toBe(1);
  // As if the wake-up had gone to another worker that could not acquire the chat.
  await takeInUnheard('sair');
  release();
  expect(await scenario.finals(2)).toEqual(['answered', 'answered']);
  await scenario.tells('before', 'Bye');
  expect(await scenario.sessions()).toEqual(['closed: keyword']);
});

test('a message during a Wait block waits for its turn', async () => {
  scenario = await startScenario({ keywords }, waitingBot(1));
  await scenario.says('hello');
  await scenario.tells('before');
  await scenario.says('hi');
  await scenario.tells('before', 'after', 'heard hi');
  expect(await scenario.finals(2)).toEqual(['answered', 'answered']);
});

test('a restart keyword starts the same bot again, whatever its trigger', async () => {
  scenario = await startScenario({ keywords, trigger: { type: 'keyword', value: 'hello' } });
  await scenario.says('hello');
  await scenario.tells('started by hello');
  await scenario.says('menu');
  expect(await scenario.finals(2)).toEqual(['answered', 'answered']);
  await scenario.pipeline.tables.acknowledged(scenario.instanceId);
  expect(scenario.told().slice(1, 2)).toEqual(['Once more']);
  expect(scenario.told()).toHaveLength(3);
  expect(await scenario.sessions()).toEqual(['closed: keyword', 'open']);
});

test('a contact leaves the bot for a person and comes back to the same question', async () => {
  scenario = await startScenario({ keywords });
  for (const words of ['hello', 'atendente', 'are you there?', 'voltar', 'first']) await scenario.says(words);
  expect(await scenario.finals(5)).toEqual(['answered', 'answered', 'ignored: paused', 'answered', 'answered']);
  await scenario.tells('started by hello', 'A person will answer', 'The bot is back', 'heard first');
  expect(scenario.heard()).toEqual(['first']);
  expect(await scenario.sessions()).toEqual(['open']);
});

test('a tapped button whose title is a keyword counts as the keyword', async () => {
  scenario = await startScenario({ keywords });
  await scenario.says('hello');
  await scenario.pipeline.publish(inboundButtonReply({ ...scenario.chat, id: 'x', title: 'Sair' }));
  expect(await scenario.finals(2)).toEqual(['answered', 'answered']);
  await scenario.tells('started by hello', 'Bye');
});

test('the human on the phone returns the chat to the bot with a keyword', async () => {
  scenario = await startScenario({ keywords });
  await scenario.says('hello');
  await scenario.finals(1);
  await scenario.says('Let me see', { fromMe: true });
  await scenario.says('what?');
  await scenario.says('voltar', { fromMe: true });
  await scenario.says('first');
  expect(await scenario.finals(5)).toEqual(['answered', 'ignored: human', 'ignored: paused', 'answered', 'answered']);
  await scenario.tells('started by hello', 'The bot is back', 'heard first');
});

test('a keyword takes effect while a flow waits for an outside system', async () => {
  scenario = await startScenario({ keywords }, { groups: { Start: [text('one moment'), listenForWebhook(), text('done')] } });
  for (const words of ['hello', 'well?', 'sair']) await scenario.says(words);
  expect(await scenario.finals(3)).toEqual(['answered', 'ignored: webhook_pending', 'answered']);
  await scenario.tells('one moment', 'Bye');
});

/** Waits until the event is in its inbox. No worker of this test gets a wake-up for it. */
async function takeInUnheard(words: string): Promise<void> {
  const { instanceId, jid } = scenario.chat;
  const parsed = parseJid(jid);
  if (!parsed) throw new Error('Expected an address');
  const event = inboundText({ ...scenario.chat, text: words });
  const { keyId } = event.data;
  const chat = { conversationId: conversationId(instanceId, parsed), instanceId, jid };
  await ingest(scenario.pipeline.database.sql, [
    { ...chat, kind: 'message', fromMe: false, keyId, messageId: keyId, event, holdsReplies: false },
  ]);
}
