import { readInbound } from '@typelane/core';
import { expect, test } from 'vitest';
import { parseCloudApi } from './parse.ts';
import type { CloudApiSettings } from './settings.ts';

const settings: CloudApiSettings = {
  provider: 'meta',
  phoneNumberId: '106540352242922',
  accessToken: 'x',
  appSecret: 'x',
  verifyToken: 'x',
  graphVersion: 'v24.0',
};
const channel = { instanceId: 'shop', settings, mediaURL: ({ id }: Record<string, string>) => `https://hooks.example/${id}` };
const webhook = (value: object, field = 'messages') => ({
  object: 'whatsapp_business_account',
  entry: [{ id: 'waba', changes: [{ field, value: { metadata: { phone_number_id: '106540352242922' }, ...value } }] }],
});
const message = (content: object) => ({ from: '5531999999999', id: 'wamid.1', timestamp: '1790000000', ...content });
const read = (content: object, contacts: object[] = []) => {
  const [event] = parseCloudApi(webhook({ contacts, messages: [message(content)] }), channel).events;
  if (!event) throw new Error('no event');
  return event;
};

test.each<[string, object, object]>([
  ['a text', { type: 'text', text: { body: 'oi' } }, { kind: 'text', text: 'oi' }],
  [
    'a picture',
    { type: 'image', image: { id: 'M1', mime_type: 'image/jpeg', caption: 'look' } },
    { kind: 'media', media: 'image', url: 'https://hooks.example/M1', caption: 'look' },
  ],
  [
    'a voice note',
    { type: 'audio', audio: { id: 'M2', mime_type: 'audio/ogg; codecs=opus', voice: true } },
    { kind: 'media', media: 'audio' },
  ],
  [
    'a document',
    { type: 'document', document: { id: 'M3', mime_type: 'application/pdf', filename: 'a.pdf' } },
    { kind: 'media', media: 'document', fileName: 'a.pdf' },
  ],
  [
    'a tapped button',
    { type: 'interactive', interactive: { type: 'button_reply', button_reply: { id: 'item1', title: 'Yes' } } },
    { kind: 'reply', id: 'item1', title: 'Yes' },
  ],
  [
    'a chosen row',
    { type: 'interactive', interactive: { type: 'list_reply', list_reply: { id: 'row1', title: 'A' } } },
    { kind: 'reply', id: 'row1', title: 'A' },
  ],
  ["a template's button", { type: 'button', button: { text: 'Yes', payload: 'PAY' } }, { kind: 'reply', id: 'PAY', title: 'Yes' }],
  [
    'a place, with its numbers as text',
    { type: 'location', location: { latitude: '-19.9', longitude: '-43.9', name: 'Home' } },
    { kind: 'location', latitude: -19.9, name: 'Home' },
  ],
  [
    'a contact',
    { type: 'contacts', contacts: [{ name: { formatted_name: 'Bob' }, phones: [{ phone: '+1 555', wa_id: '1555' }] }] },
    { kind: 'contact', cards: [{ name: 'Bob' }] },
  ],
  ['a reaction', { type: 'reaction', reaction: { message_id: 'wamid.0', emoji: '👍' } }, { kind: 'signal', signal: 'reaction' }],
  ['a message WhatsApp does not pass on', { type: 'unsupported', errors: [{ code: 131_051 }] }, { kind: 'unknown' }],
])('%s is what the worker reads', (_, content, wanted) => {
  expect(readInbound(read(content)).content).toMatchObject(wanted);
});

test('a contact has a phone, a user id, or both', () => {
  const text = { type: 'text', text: { body: 'oi' } };
  const both = read({ ...text, from_user_id: 'BR.1502576394655843' }, [
    { wa_id: '5531999999999', user_id: 'BR.1502576394655843', profile: { name: 'Ana' } },
  ]);
  expect(both.data).toMatchObject({
    keyRemoteJid: '5531999999999@s.whatsapp.net',
    keyRemoteJidAlt: 'BR.1502576394655843',
    pushName: 'Ana',
  });
  const hidden = read({ ...text, from: undefined, from_user_id: 'BR.1502576394655843' });
  expect(hidden.data.keyRemoteJid).toBe('BR.1502576394655843');
});

test('what the owner writes on the phone is a human, not the bot', () => {
  const echo = { from: '15550001111', to: '5531999999999', id: 'wamid.2', timestamp: '1790000000', type: 'text', text: { body: 'hello' } };
  const [event] = parseCloudApi(webhook({ message_echoes: [echo] }, 'smb_message_echoes'), channel).events;
  expect(event && readInbound(event)).toMatchObject({ fromMe: true, sentByApi: false, address: '5531999999999@s.whatsapp.net' });
});

test('a failed delivery keeps its code and its words, and our id', () => {
  const errors = [{ code: 131_026, title: 'Undeliverable', error_data: { details: 'the number is not on WhatsApp' } }];
  const status = { id: 'wamid.1', status: 'failed', errors, biz_opaque_callback_data: 'our-id' };
  expect(parseCloudApi(webhook({ statuses: [status] }), channel).statuses).toEqual([
    { keyId: 'wamid.1', status: 'failed', reason: '131026: the number is not on WhatsApp', messageId: 'our-id' },
  ]);
});

test.each<[string, unknown, string]>([
  ['another field', webhook({}, 'account_update'), 'field_account_update'],
  [
    'another number of the account',
    webhook({ metadata: { phone_number_id: '1' }, messages: [message({ type: 'text' })] }),
    'other_phone_number',
  ],
  ['a change of number', webhook({ messages: [message({ type: 'system', system: {} })] }), 'message_system'],
  ['something else altogether', { hello: 1 }, 'not_a_cloud_api_webhook'],
])('%s is none of ours, and is counted by its name', (_, body, name) => {
  expect(parseCloudApi(body, channel)).toMatchObject({ events: [], ignored: [name] });
});
