import { readInbound } from '@typelane/core';
import { expect, test } from 'vitest';
import { parseEvolution } from './parse.ts';

const channel = {
  instanceId: 'shop',
  settings: { baseURL: 'https://evo.example', instanceName: 'loja', apikey: 'key' },
  mediaURL: ({ id }: Record<string, string>) => `https://hooks.example/${id}`,
};
const phone = '5531999999999@s.whatsapp.net';
const body = (key: object, more: object = { message: { conversation: 'oi' } }, event = 'messages.upsert') => ({
  event,
  instance: 'loja',
  data: { key: { id: '3EB0', fromMe: false, ...key }, pushName: 'Ana', messageTimestamp: 1_790_000_000, ...more },
  apikey: 'SECRET',
});
const only = (event: unknown) => {
  const [first] = parseEvolution(event, channel).events;
  if (!first) throw new Error('no event');
  return first;
};

test.each<[string, object, string, string | undefined]>([
  ['2.2: the LID alone', { remoteJid: '123456@lid' }, '123456@lid', undefined],
  ['2.3.1 to 2.3.3', { remoteJid: phone, previousRemoteJid: '123456@lid', senderPn: phone, senderLid: '123456@lid' }, phone, '123456@lid'],
  ['2.3.4 and 2.3.5', { remoteJid: phone, senderPn: phone, remoteJidAlt: '123456@lid' }, phone, '123456@lid'],
  ['2.3.6: LID first', { remoteJid: '123456@lid', remoteJidAlt: phone, addressingMode: 'lid' }, phone, '123456@lid'],
  ['2.3.7: the phone twice', { remoteJid: phone, remoteJidAlt: phone, addressingMode: 'lid' }, phone, undefined],
  ['2.4: the pair swapped', { remoteJid: phone, remoteJidAlt: '123456@lid', addressingMode: 'pn' }, phone, '123456@lid'],
  ['with a device', { remoteJid: '5531999999999:12@s.whatsapp.net' }, phone, undefined],
  [
    'a group',
    { remoteJid: '120363000000000000@g.us', participant: '123456@lid', participantAlt: phone },
    '120363000000000000@g.us',
    undefined,
  ],
])('a contact is answered at the phone where any field tells it: %s', (_, key, jid, other) => {
  const { data } = only(body(key));
  expect([data.keyRemoteJid, data['keyRemoteJidAlt']]).toEqual([jid, other]);
});

const image = { imageMessage: { url: 'https://mmg.whatsapp.net/x', mimetype: 'image/jpeg', caption: 'look', mediaKey: { 0: 1 } } };

test.each<[string, object, object]>([
  ['a text', { conversation: 'oi' }, { kind: 'text', text: 'oi' }],
  ['a text that disappears', { ephemeralMessage: { message: { extendedTextMessage: { text: 'oi' } } } }, { kind: 'text', text: 'oi' }],
  ['a picture', image, { kind: 'media', media: 'image', url: 'https://hooks.example/3EB0', caption: 'look' }],
  [
    'a picture to be seen once',
    { viewOnceMessageV2: { message: image } },
    { kind: 'media', media: 'image', url: 'https://hooks.example/3EB0' },
  ],
  ['a file in its own store', { ...image, mediaUrl: 'https://s3.example/a.jpg' }, { kind: 'media', url: 'https://s3.example/a.jpg' }],
  ['a place', { locationMessage: { degreesLatitude: -19.9, degreesLongitude: -43.9 } }, { kind: 'location', latitude: -19.9 }],
  [
    'a tapped row',
    { listResponseMessage: { title: 'A', singleSelectReply: { selectedRowId: 'row-1' } } },
    { kind: 'reply', id: 'row-1', title: 'A' },
  ],
  [
    'a quick reply',
    {
      interactiveResponseMessage: {
        body: { text: 'Yes' },
        nativeFlowResponseMessage: { name: 'quick_reply', paramsJson: '{"id":"item1"}' },
      },
    },
    { kind: 'reply', id: 'item1' },
  ],
  ['a vote', { pollUpdateMessage: { vote: { selectedOptions: ['Sol'] } } }, { kind: 'text', text: 'Sol' }],
])('%s is what the worker reads', (_, message, content) => {
  const event = only(body({ remoteJid: phone }, { message }));
  expect(readInbound(event).content).toMatchObject(content);
  expect(JSON.stringify(event)).not.toMatch(/mmg\.whatsapp|mediaKey|SECRET/);
});

test.each<[string, object, string]>([
  ['a message that could not be decrypted yet', { message: null }, 'message_empty'],
  ['key exchange', { message: { senderKeyDistributionMessage: {}, messageContextInfo: {} } }, 'senderKeyDistributionMessage'],
  ['a reaction', { message: { reactionMessage: { text: '👍' } } }, 'reactionMessage'],
  ['a vote nobody could decrypt', { message: { pollUpdateMessage: { vote: { encPayload: 'x', encIv: 'y' } } } }, 'pollUpdateMessage'],
])('%s is no message, and is counted by its name', (_, data, name) => {
  expect(parseEvolution(body({ remoteJid: phone }, data), channel)).toMatchObject({ events: [], ignored: [name] });
});

test("what Evolution's API sent is an echo, and what was typed on the phone is a human's", () => {
  expect(readInbound(only(body({ remoteJid: phone, fromMe: true }, undefined, 'send.message')))).toMatchObject({
    fromMe: true,
    sentByApi: true,
  });
  expect(readInbound(only(body({ remoteJid: phone, fromMe: true })))).toMatchObject({ fromMe: true, sentByApi: false });
});

test('a message that was taken and then refused by WhatsApp has failed', () => {
  const update = {
    event: 'messages.update',
    instance: 'loja',
    data: { keyId: '3EB0', fromMe: true, remoteJid: '123@lid', status: 'ERROR' },
  };
  expect(parseEvolution(update, channel).statuses).toMatchObject([{ keyId: '3EB0', status: 'failed' }]);
});
