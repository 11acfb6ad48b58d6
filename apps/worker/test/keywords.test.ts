import { parseJid } from '@typelane/core';
import { conversationId, ingest } from '@typelane/db';
import { inboundButtonReply, inboundText, listenForWebhook, text } from '@typelane/testkit';
import { afterEach, expect, test } from 'vitest';
import { type Scene, startScene, waitingBot } from './scene.ts';

/** Words that are handled before Typebot hears of them. */
let scene: Scene;
afterEach(() => scene.close());

const keywords = {
  finish: [{ word: 'Sair', answer: 'Bye' }],
  restart: [{ word: 'menu', answer: 'Once more' }],
  pause: [{ word: 'atendente', answer: 'A person will answer' }],
  resume: [{ word: 'voltar', answer: 'The bot is back' }],
};

test.each(['sair', ' SAÍR ', 'Sair'])('"%s" ends the session, is answered, and never reaches Typebot', async (word) => {
  scene = await startScene({ keywords });
  await scene.says('hello');
  await scene.says(word);
  expect(await scene.finals(2)).toEqual(['answered', 'answered']);
  await scene.tells('started by hello', 'Bye');
  expect(await scene.sessions()).toEqual(['closed: keyword']);
  await scene.says('again');
  await scene.tells('started by hello', 'Bye', 'started by again');
  expect(scene.heard()).toEqual([]);
});

test('a finish keyword as the first message starts nothing and is answered', async () => {
  scene = await startScene({ keywords });
  await scene.says('sair');
  expect(await scene.finals(1)).toEqual(['answered']);
  await scene.tells('Bye');
  expect(scene.typebot.heard).toEqual([]);
  expect(await scene.sessions()).toEqual([]);
});

test('a finish keyword during a Wait block ends the session at once, and the texts after the wait are never sent', async () => {
  scene = await startScene({ keywords }, waitingBot(20));
  await scene.says('hello');
  await scene.tells('before');
  await scene.says('sair');
  expect(await scene.finals(2)).toEqual(['answered', 'answered']);
  await scene.tells('before', 'Bye');
  expect(await scene.sessions()).toEqual(['closed: keyword']);
  expect(scene.typebot.heard).toHaveLength(1);
});

test('a finish keyword during a call whose answer ends with a Wait block ends the session too', async () => {
  scene = await startScene({ keywords }, waitingBot(20));
  const { release } = scene.holdTypebot();
  await scene.says('hello');
  await expect.poll(() => scene.typebot.heard.length).toBe(1);
  // Rung for elsewhere, where the chat could not be had just then.
  await takeInUnheard('sair');
  release();
  expect(await scene.finals(2)).toEqual(['answered', 'answered']);
  await scene.tells('before', 'Bye');
  expect(await scene.sessions()).toEqual(['closed: keyword']);
});

test('a message during a Wait block waits for its turn', async () => {
  scene = await startScene({ keywords }, waitingBot(1));
  await scene.says('hello');
  await scene.tells('before');
  await scene.says('hi');
  await scene.tells('before', 'after', 'heard hi');
  expect(await scene.finals(2)).toEqual(['answered', 'answered']);
});

test('a restart keyword starts the same bot again, whatever its trigger', async () => {
  scene = await startScene({ keywords, trigger: { type: 'keyword', value: 'hello' } });
  await scene.says('hello');
  await scene.tells('started by hello');
  await scene.says('menu');
  expect(await scene.finals(2)).toEqual(['answered', 'answered']);
  await scene.pipeline.ledger.acknowledged(scene.instanceId);
  expect(scene.told().slice(1, 2)).toEqual(['Once more']);
  expect(scene.told()).toHaveLength(3);
  expect(await scene.sessions()).toEqual(['closed: keyword', 'open']);
});

test('a contact leaves the bot for a person and comes back to the same question', async () => {
  scene = await startScene({ keywords });
  for (const words of ['hello', 'atendente', 'are you there?', 'voltar', 'first']) await scene.says(words);
  expect(await scene.finals(5)).toEqual(['answered', 'answered', 'ignored: paused', 'answered', 'answered']);
  await scene.tells('started by hello', 'A person will answer', 'The bot is back', 'heard first');
  expect(scene.heard()).toEqual(['first']);
  expect(await scene.sessions()).toEqual(['open']);
});

test('a tapped button whose title is a keyword counts as the keyword', async () => {
  scene = await startScene({ keywords });
  await scene.says('hello');
  await scene.pipeline.publish(inboundButtonReply({ ...scene.chat, id: 'x', title: 'Sair' }));
  expect(await scene.finals(2)).toEqual(['answered', 'answered']);
  await scene.tells('started by hello', 'Bye');
});

test('the human on the phone returns the chat to the bot with a keyword', async () => {
  scene = await startScene({ keywords });
  await scene.says('hello');
  await scene.finals(1);
  await scene.says('Let me see', { fromMe: true });
  await scene.says('what?');
  await scene.says('voltar', { fromMe: true });
  await scene.says('first');
  expect(await scene.finals(5)).toEqual(['answered', 'ignored: human', 'ignored: paused', 'answered', 'answered']);
  await scene.tells('started by hello', 'The bot is back', 'heard first');
});

test('a keyword takes effect while a flow waits for an outside system', async () => {
  scene = await startScene({ keywords }, { groups: { Start: [text('one moment'), listenForWebhook(), text('done')] } });
  for (const words of ['hello', 'well?', 'sair']) await scene.says(words);
  expect(await scene.finals(3)).toEqual(['answered', 'ignored: webhook_pending', 'answered']);
  await scene.tells('one moment', 'Bye');
});

/** The event is in its inbox and no worker of this test was told. */
async function takeInUnheard(words: string): Promise<void> {
  const { instanceId, jid } = scene.chat;
  const parsed = parseJid(jid);
  if (!parsed) throw new Error('Expected an address');
  const event = inboundText({ ...scene.chat, text: words });
  const { keyId } = event.data;
  const chat = { conversationId: conversationId(instanceId, parsed), instanceId, jid };
  await ingest(scene.pipeline.database.sql, [
    { ...chat, kind: 'message', fromMe: false, keyId, messageId: keyId, event, holdsReplies: false },
  ]);
}
