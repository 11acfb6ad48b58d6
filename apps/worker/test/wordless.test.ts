import { type FakeTypebot, inboundEvent, inboundText, newKeyId, startFakeTypebot, waitUntil } from '@typelane/testkit';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { type Pipeline, startPipeline } from './harness.ts';
import { echoBot } from './order/echo-bot.ts';

/** Events without text are recorded with their reason. They start and answer nothing and do not replace the text that follows. */
let typebot: FakeTypebot;
let pipeline: Pipeline;

beforeAll(async () => {
  typebot = await startFakeTypebot({ bots: { echo: echoBot } });
  pipeline = await startPipeline({ typebots: [typebot.url] });
});

afterAll(async () => {
  await pipeline.close();
  await typebot.close();
});

afterEach(() => checkRest());

/** Checked after every test. */
function checkRest(): void {
  typebot.assertClean();
  expect(pipeline.consumer.breaches).toEqual([]);
}

const settings = { unknownMessage: 'what?' };

let chats = 0;

async function freshChat() {
  const instanceId = await pipeline.register({ url: typebot.url, publicId: 'echo', settings });
  return { instanceId, jid: `55316${String((chats += 1)).padStart(8, '0')}@s.whatsapp.net` };
}

const ends = async (instanceId: string, events: number) =>
  (await pipeline.tables.handled(instanceId, events)).map(({ final, reason }) => (reason === null ? final : `${final}: ${reason}`));

const placeholder = { placeholderMessage: { type: 'MASK_LINKED_DEVICES' }, messageContextInfo: {} };

test.each<[what: string, contentType: string, content: Record<string, unknown>, reason: string, data?: Record<string, unknown>]>([
  ['a stub of a message that could not be decrypted', 'unknown', {}, 'undecrypted', { messageStubType: 2 }],
  ['ciphertext', 'ciphertext', { body: '' }, 'undecrypted'],
  ['a waiting message', 'waitingMessage', { waitingMessage: {} }, 'undecrypted'],
  ['a placeholder', 'placeholderMessage', placeholder, 'undecrypted'],
  ['keys of devices', 'messageContextInfo', { messageContextInfo: { deviceListMetadataVersion: 2 } }, 'empty'],
  ['an empty text', 'text', { text: '' }, 'empty'],
  ['invisible signs', 'text', { text: '\u200b\u2800' }, 'empty'],
  ['the header of an album', 'albumMessage', { albumMessage: { expectedImageCount: 2 } }, 'album'],
  ['a poll', 'pollCreationMessage', { name: 'Lunch?' }, 'poll'],
  ['a mention in a status', 'statusMentionMessage', { message: {} }, 'status_mention'],
  ['a missed call', 'unknown', {}, 'protocol', { messageStubType: 40 }],
])('%s is not answered, and the text that follows under the same id is', async (_, contentType, content, reason, data = {}) => {
  const chat = { ...(await freshChat()), keyId: newKeyId() };
  const event = inboundEvent(chat, contentType, content);
  await pipeline.publish({ ...event, data: { ...event.data, ...data } });
  expect(await ends(chat.instanceId, 1)).toEqual([`ignored: ${reason}`]);
  await pipeline.publish(inboundText({ ...chat, text: 'hello' }));
  expect(await ends(chat.instanceId, 2)).toEqual([`ignored: ${reason}`, 'answered']);
  await waitUntil(() => pipeline.consumer.textsTo(chat.instanceId, chat.jid).length === 1, { what: 'the reply' });
  expect(pipeline.consumer.textsTo(chat.instanceId, chat.jid)).toEqual(['started by hello']);
});

test('a text in one job with its stub is answered once, however often both arrive', async () => {
  const chat = { ...(await freshChat()), keyId: newKeyId() };
  const events = [inboundEvent(chat, 'ciphertext', {}), inboundText({ ...chat, text: 'hello' })];
  for (let times = 0; times < 3; times += 1) await pipeline.publish(events);
  await pipeline.say(chat, 'and?', { keyId: newKeyId() });
  expect(await ends(chat.instanceId, 3)).toEqual(['ignored: undecrypted', 'answered', 'answered']);
});

test('a receipt that arrives before its message of the human does not replace it', async () => {
  const chat = await freshChat();
  await pipeline.say(chat, 'hello');
  await pipeline.tables.handled(chat.instanceId, 1);
  const human = inboundText({ ...chat, text: 'I am here', keyId: newKeyId(), fromMe: true });
  await pipeline.publish({ ...human, event: 'messages.update', data: { ...human.data, content: { status: 'DELIVERY_ACK' } } });
  await pipeline.publish(human);
  await pipeline.say(chat, 'are you a robot?');
  expect(await ends(chat.instanceId, 4)).toEqual(['answered', 'ignored: other_event', 'ignored: human', 'ignored: paused']);
});

test('a notice without text from the number itself does not count as a human', async () => {
  const chat = await freshChat();
  await pipeline.say(chat, 'hello');
  const notice = inboundEvent({ ...chat, fromMe: true }, 'unknown', {});
  await pipeline.publish({ ...notice, data: { ...notice.data, messageStubType: 68 } });
  await pipeline.say(chat, 'Bruno');
  expect(await ends(chat.instanceId, 3)).toEqual(['answered', 'ignored: protocol', 'answered']);
});
