import type { SettingsInput } from '@typelane/core';
import {
  askFile,
  askText,
  type BotScript,
  buttons,
  type FakeTypebot,
  inboundEvent,
  inboundText,
  newKeyId,
  startFakeTypebot,
  text,
  waitUntil,
} from '@typelane/testkit';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { type Pipeline, startPipeline } from './harness.ts';
import { finalOf } from './tables.ts';

/** What contacts and gateways really send, from the event to the request at Typebot. Single texts are tested with each input. */
let typebot: FakeTypebot;
let pipeline: Pipeline;

const bots = {
  talk: {
    variables: ['firstMessage', 'orderId', 'orderTotal', 'orderCurrency', 'name', 'more'],
    groups: {
      A: [
        text('Your name?'),
        askText({ save: 'name' }),
        text('Thanks {{name}}. And?'),
        askText({ save: 'more' }),
        text('Noted'),
        askText(),
      ],
    },
  },
  menu: {
    variables: ['c'],
    groups: { A: [text('Menu'), buttons(['Sales', 'Support', 'Human'], { save: 'c' }), text('You chose {{c}}'), askText()] },
  },
  files: {
    variables: ['files'],
    groups: {
      A: [
        text('Send the photos'),
        askFile({ save: 'files', options: { isMultipleAllowed: true } }),
        text('Got {{files}}'),
        askFile({ save: 'files', options: { isMultipleAllowed: true } }),
        text('And {{files}}'),
        askText(),
      ],
    },
  },
  file: {
    variables: ['file'],
    groups: { A: [text('One photo'), askFile({ save: 'file' }), text('Got {{file}}'), askText(), text('Bye'), askText()] },
  },
} satisfies Record<string, BotScript>;

beforeAll(async () => {
  typebot = await startFakeTypebot({ bots });
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

type Fields = Record<string, unknown>;
type Said = string | { contentType: string; content: Fields; data?: Fields; fromMe?: boolean };
const said = (contentType: string, content: Fields, data: Fields = {}): Said => ({ contentType, content, data });
const fromMe = (contentType: string, content: Fields, data: Fields = {}): Said => ({ contentType, content, data, fromMe: true });

let chats = 0;

/** Runs a conversation, one message after the other, and returns how each ended and what the bot received after its start. */
async function talk(
  bot: keyof typeof bots,
  messages: readonly Said[],
  { settings = {}, jid = '' }: { settings?: SettingsInput; jid?: string } = {},
) {
  const instanceId = await pipeline.register({ url: typebot.url, publicId: bot, settings: { unknownMessage: 'what?', ...settings } });
  const chat = { instanceId, jid: jid || `55319${String((chats += 1)).padStart(8, '0')}@s.whatsapp.net` };
  const from = typebot.heard.length;
  for (const [i, message] of messages.entries()) {
    await pipeline.publish(eventOf(chat, message));
    await pipeline.tables.handled(instanceId, i + 1);
  }
  return { chat, ends: (await pipeline.tables.handled(instanceId, messages.length)).map(finalOf), ...heardSince(from) };
}

function eventOf(chat: { instanceId: string; jid: string }, message: Said) {
  if (typeof message === 'string') return inboundText({ ...chat, text: message });
  const event = inboundEvent({ ...chat, fromMe: message.fromMe ?? false, keyId: newKeyId() }, message.contentType, message.content);
  return { ...event, data: { ...event.data, ...message.data } };
}

function heardSince(from: number) {
  const calls = typebot.heard.slice(from);
  return {
    heard: calls.flatMap(({ kind, message }) => (kind === 'continue' ? [message] : [])),
    variables: calls.find(({ kind }) => kind === 'start')?.variables ?? {},
  };
}

const context = { messageContextInfo: { deviceListMetadata: { senderKeyHash: 'aGFzaA==' }, deviceListMetadataVersion: 2 } };
const photo = (name: string) => ({
  associatedChildMessage: {
    message: { imageMessage: { url: 'https://mmg.whatsapp.net/v/x.enc', mimetype: 'image/jpeg', mediaKey: 'a2V5' } },
  },
  mediaUrl: `https://files.example.com/${name}.jpg`,
});

test.each<[string, keyof typeof bots, Said[], unknown[]]>([
  [
    'words in a group mention and to a bot',
    'talk',
    [
      'hi',
      said('groupMentionedMessage', { groupMentionedMessage: { message: { extendedTextMessage: { text: 'Bruno' } } } }),
      said('botInvokeMessage', { botInvokeMessage: { message: { extendedTextMessage: { text: 'and more' } } } }),
    ],
    ['Bruno', 'and more'],
  ],
  [
    'a disappearing text and the caption of a photo seen once',
    'talk',
    [
      said('ephemeralMessage', { ephemeralMessage: { message: { extendedTextMessage: { text: 'hi' } } } }),
      said('viewOnceMessageV2', {
        viewOnceMessageV2: { message: { imageMessage: { url: 'https://mmg.whatsapp.net/x', caption: 'Bruno' } } },
      }),
    ],
    ['Bruno'],
  ],
  [
    'a text that quotes another',
    'talk',
    [
      'hi',
      said('extendedTextMessage', {
        extendedTextMessage: { text: 'Bruno', contextInfo: { stanzaId: 'S', quotedMessage: { conversation: 'Your name?' } } },
        ...context,
      }),
    ],
    ['Bruno'],
  ],
  [
    'a photo that quotes a text',
    'talk',
    [
      'hi',
      said('imageMessage', {
        imageMessage: { url: 'https://mmg.whatsapp.net/x', contextInfo: { quotedMessage: { conversation: 'x' } } },
        mediaUrl: 'https://files.example.com/a.jpg',
      }),
    ],
    ['https://files.example.com/a.jpg'],
  ],
  ['a text with a null byte', 'talk', ['hi', said('conversation', { conversation: 'Bru\0no' })], ['Bruno']],
  [
    'several contacts',
    'talk',
    ['hi', said('multi_vcard', { vCards: ['BEGIN:VCARD\nFN:Rui\nTEL;waid=5511988887777:+55\nEND:VCARD'] })],
    ['Rui: +5511988887777'],
  ],
  [
    'a cart',
    'talk',
    [
      'hi',
      said('orderMessage', {
        orderMessage: { orderId: '900', itemCount: 2, message: 'I want these', totalAmount1000: '35500' },
        ...context,
      }),
    ],
    ['I want these'],
  ],
  [
    'a cart, flat',
    'talk',
    ['hi', said('orderMessage', { orderId: '900', itemCount: 2, message: 'I want these', totalAmount1000: '35500' })],
    ['I want these'],
  ],
  [
    'the answers of a flow',
    'talk',
    [
      'hi',
      said('interactiveResponseMessage', {
        interactiveResponseMessage: {
          body: { text: 'Sent' },
          nativeFlowResponseMessage: { name: 'galaxy_message', paramsJson: '{"flow_token":"t","name":"Bruno"}' },
        },
      }),
    ],
    ['{"flow_token":"t","name":"Bruno"}'],
  ],
  [
    'the answers of a flow of the Cloud API',
    'talk',
    ['hi', said('interactive', { type: 'nfm_reply', nfm_reply: { name: 'flow', body: 'Sent', response_json: '{"name":"Bruno"}' } })],
    ['{"name":"Bruno"}'],
  ],
  [
    'a live location once',
    'talk',
    [
      'hi',
      said('liveLocationMessage', { liveLocationMessage: { degreesLatitude: -19.9, degreesLongitude: -43.9, sequenceNumber: '1' } }),
      said('liveLocationMessage', { liveLocationMessage: { degreesLatitude: -19.91, degreesLongitude: -43.91, sequenceNumber: '2' } }),
    ],
    ['-19.9, -43.9'],
  ],
  [
    'a native tap',
    'menu',
    [
      'hi',
      said('interactiveResponseMessage', {
        interactiveResponseMessage: {
          body: { text: 'Support' },
          nativeFlowResponseMessage: { name: 'quick_reply', paramsJson: '{"id":"b-A-1-i1"}' },
        },
        ...context,
      }),
    ],
    ['Support'],
  ],
  [
    'a tap of the Cloud API, nested',
    'menu',
    ['hi', said('interactive', { interactive: { type: 'button_reply', button_reply: { id: 'b-A-1-i1', title: 'Support' } } })],
    ['Support'],
  ],
  [
    'a vote that shows its options',
    'menu',
    [
      'hi',
      said('pollUpdateMessage', {
        pollUpdateMessage: { pollCreationMessageKey: { id: 'P1', fromMe: true }, vote: { selectedOptions: ['Support'] } },
      }),
    ],
    ['Support'],
  ],
  [
    'the first words and not their edit',
    'talk',
    [
      'hi',
      'Brno',
      said('editedMessage', {
        editedMessage: { message: { protocolMessage: { type: 'MESSAGE_EDIT', editedMessage: { conversation: 'Bruno' } } } },
      }),
    ],
    ['Brno'],
  ],
])('the bot receives %s', async (_, bot, messages, expected) => {
  expect((await talk(bot, messages)).heard).toEqual(expected);
});

test('a cart that begins a conversation fills the variables of the flow', async () => {
  const cart = { orderId: '900', itemCount: 2, totalAmount1000: '35500', totalCurrencyCode: 'BRL' };
  const { variables } = await talk('talk', [said('orderMessage', cart)]);
  expect(variables).toMatchObject({
    firstMessage: '🛒 #900 ×2 BRL 35.50',
    orderId: '900',
    orderItems: '2',
    orderTotal: '35.50',
    orderCurrency: 'BRL',
  });
});

test.each<[string, Said]>([
  ['a vote', said('pollUpdateMessage', { vote: { selectedOptions: ['x'] } })],
  ['a reaction', said('reactionMessage', { reactionMessage: { key: { id: 'X' }, text: '👍' } })],
  ['the header of an album', said('album', { body: '' })],
  ['a missed call', said('unknown', { callLogMesssage: { callOutcome: 'MISSED' } })],
  ['invisible signs', '\u2800'],
])('%s starts no bot and gets no answer', async (_, message) => {
  const { heard, variables, ends } = await talk('talk', [message]);
  expect([heard, variables]).toEqual([[], {}]);
  expect(ends[0]).toMatch(/^ignored: |^no_trigger/);
});

test.each<[string, Said]>([
  ['a call from our phone', fromMe('unknown', { callLogMesssage: { callOutcome: 'CONNECTED' } })],
  ['a notice of our own side', fromMe('unknown', {}, { messageStubType: 68, messageStubParameters: [] })],
  ['a reaction of the human', fromMe('reactionMessage', { reactionMessage: { key: { id: 'X' }, text: '👍' } })],
])('%s does not take the chat from the bot', async (_, message) => {
  expect((await talk('talk', ['hi', message, 'Bruno'])).heard).toEqual(['Bruno']);
});

test('a message that the human writes on another device takes the chat', async () => {
  const words = { destinationJid: 'x', message: { conversation: 'Rui here' } };
  const { ends, heard } = await talk('talk', ['hi', fromMe('deviceSentMessage', { deviceSentMessage: words }), 'Bruno']);
  expect([ends, heard]).toEqual([['answered', 'ignored: human', 'ignored: paused'], []]);
});

test('each spelling of the finish keyword ends the session', async () => {
  const settings = { keywords: { finish: [{ word: 'sair', answer: 'Bye' }] }, afterEnd: 'restart' as const };
  for (const word of ['*Sair*', 'Sair.', 'SAIR 👋', '\u200Esair']) {
    const { chat, heard } = await talk('talk', ['hi', word], { settings });
    expect(heard).toEqual([]);
    await waitUntil(() => pipeline.consumer.textsTo(chat.instanceId).length === 2, { what: 'the goodbye' });
    expect(pipeline.consumer.textsTo(chat.instanceId)).toEqual(['Your name?', 'Bye']);
  }
});

test.each([
  ['5531988887777@hosted', '5531988887777@s.whatsapp.net'],
  ['123456789012345@hosted.lid', '123456789012345@lid'],
])('a contact of the Cloud API (%s) is answered like any other', async (jid) => {
  expect((await talk('talk', ['hi', 'Bruno'], { jid })).heard).toEqual(['Bruno']);
});

test('a name of any length and a time in any format lose no message', async () => {
  const at = Math.floor(Date.now() / 1_000);
  const odd = (data: Fields) => said('text', { text: 'hi' }, data);
  const messages = [
    odd({ pushName: 'a'.repeat(1_001) }),
    odd({ messageTimestamp: String(at) }),
    odd({ messageTimestamp: { low: at, high: 0, unsigned: true } }),
  ];
  expect((await talk('talk', messages)).ends).toEqual(['answered', 'answered', 'answered']);
});

test('gateway events that carry no message are not dead letters, and the messages between them are answered', async () => {
  const instanceId = await pipeline.register({ url: typebot.url, publicId: 'talk', settings: {} });
  const chat = { instanceId, jid: '5531977770005@s.whatsapp.net' };
  const of = (event: string, data: unknown) => ({ event, instance: { instanceId }, data });
  const others = [
    of('connection.update', { state: 'open', statusReason: 200 }),
    of('chats.upsert', [{ chatId: '1', remoteJid: chat.jid }]),
    of('contacts.upsert', [{ remoteJid: chat.jid, pushName: 'Ana' }]),
    of('messages.update', { keyId: 'X', remoteJid: chat.jid, status: 'READ' }),
    of('qrcode.updated', { qrcode: { code: '2@x' } }),
    of('call.upsert', { id: 'C1', from: chat.jid, status: 'offer' }),
    of('newJwt', { token: 't' }),
  ];
  for (const event of others) await pipeline.inbound.add('event', event);
  await pipeline.inbound.add('event', [others[0], inboundText({ ...chat, text: 'hi' }), others[1]]);
  expect((await pipeline.tables.handled(instanceId, 1)).map(finalOf)).toEqual(['answered']);
  expect(await pipeline.database.sql`select reason from dead_letters where instance_id = ${instanceId}`).toEqual([]);
});

test('the photos of an album become one answer, and the next question waits for an answer of its own', async () => {
  const settings: SettingsInput = {};
  const instanceId = await pipeline.register({ url: typebot.url, publicId: 'files', settings });
  const chat = { instanceId, jid: '5531977770001@s.whatsapp.net' };
  const from = typebot.heard.length;
  await pipeline.say(chat, 'hi');
  await pipeline.tables.handled(instanceId, 1);
  await pipeline.publish(inboundEvent(chat, 'albumMessage', { ...context, albumMessage: { expectedImageCount: 2 } }));
  for (const name of ['photo1', 'photo2']) await pipeline.publish(inboundEvent(chat, 'associatedChildMessage', photo(name)));
  expect((await pipeline.tables.handled(instanceId, 4)).map(finalOf)).toEqual(['answered', 'ignored: album', 'answered', 'answered']);
  expect(heardSince(from).heard).toEqual(['https://files.example.com/photo1.jpg, https://files.example.com/photo2.jpg']);
});

test('a text ends a series of photos and answers only the next question', async () => {
  const instanceId = await pipeline.register({ url: typebot.url, publicId: 'files', settings: {} });
  const chat = { instanceId, jid: '5531977770002@s.whatsapp.net' };
  const from = typebot.heard.length;
  await pipeline.say(chat, 'hi');
  await pipeline.tables.handled(instanceId, 1);
  for (const name of ['photo1', 'photo2']) await pipeline.publish(inboundEvent(chat, 'associatedChildMessage', photo(name)));
  await pipeline.say(chat, 'that is all');
  await pipeline.tables.handled(instanceId, 4);
  expect(heardSince(from).heard).toEqual(['https://files.example.com/photo1.jpg, https://files.example.com/photo2.jpg', 'that is all']);
});

test('a question for one file is answered by the first file at once', async () => {
  const { heard } = await talk('file', ['hi', said('imageMessage', { imageMessage: {}, mediaUrl: 'https://files.example.com/a.jpg' })]);
  expect(heard).toEqual(['https://files.example.com/a.jpg']);
});

test('a bot with a Reply event receives the choice and stores it', async () => {
  typebot.setBot('told', {
    variables: ['told', 'kept'],
    groups: { A: [text('Menu'), buttons(['Sales', 'Support'], { save: 'kept' }), text('{{told}} / {{kept}}'), askText()] },
    reply: { saveReply: 'told' },
  });
  const instanceId = await pipeline.register({ url: typebot.url, publicId: 'told', settings: {} });
  const chat = { instanceId, jid: '5531977770003@s.whatsapp.net' };
  for (const words of ['hi', '2']) await pipeline.say(chat, words);
  await waitUntil(() => pipeline.consumer.textsTo(instanceId).length > 0, { what: 'the choice' });
  expect(pipeline.consumer.textsTo(instanceId)).toEqual(['Support / Support']);
});

test('a text that matches no choice causes no error in a bot with an Invalid reply event', async () => {
  typebot.setBot('strict', {
    variables: ['reply'],
    groups: {
      A: [text('Menu'), buttons(['Red', 'Blue'], { options: { isMultipleChoice: true } }), text('Done'), askText()],
      Bad: [text('Not {{reply}}')],
    },
    invalidReply: { group: 'Bad', saveReply: 'reply' },
  });
  const instanceId = await pipeline.register({ url: typebot.url, publicId: 'strict', settings: {} });
  const chat = { instanceId, jid: '5531977770004@s.whatsapp.net' };
  for (const words of ['hi', 'not 1', '1']) await pipeline.say(chat, words);
  await waitUntil(() => pipeline.consumer.textsTo(instanceId).includes('Done'), { what: 'the answer' });
  expect(typebot.heard.every(({ status }) => status === 200)).toBe(true);
});
