import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { claimsKey, orderOf, readInbound } from './inbound-content.ts';
import { inboundEventSchema, type InboundEvent } from './inbound.ts';

type Fields = Record<string, unknown>;

const event = (data: Partial<InboundEvent['data']>): InboundEvent => ({
  event: 'messages.upsert',
  instance: { instanceId: 'i1' },
  data: { keyId: 'k1', keyRemoteJid: '5531999999999@s.whatsapp.net', contentType: 'text', content: { text: 'oi' }, ...data },
});
const contentOf = (contentType: string, content: Fields, around: Fields = {}) =>
  readInbound(event({ contentType, content, ...around })).content;
const media = (kind: string, fields: object = {}) => ({
  kind: 'media',
  media: kind,
  url: 'https://x.io/f',
  caption: '',
  fileName: null,
  mimeType: null,
  ...fields,
});
const signal = (name: string) => ({ kind: 'signal', signal: name });
const tap = { kind: 'reply', id: 'i1', title: 'Sales' };
const vcard =
  'BEGIN:VCARD\nVERSION:3.0\nN:;Bob;;;\nFN:Bob\\, Jr\nitem1.TEL;type=CELL;waid=5511999990000:+55 11 99999-0000\nitem1.X-ABLabel:Cell\nEND:VCARD';

test('keeps who wrote, when and where exactly as it came', () => {
  const message = readInbound(
    event({ keyId: '3EB0', keyRemoteJid: '123@lid', keyParticipant: '', pushName: 'Ana', source: 'ios', messageTimestamp: 1_700_055_820 }),
  );
  expect(message).toEqual({
    keyId: '3EB0',
    fromMe: false,
    sentByApi: false,
    address: '123@lid',
    participant: null,
    pushName: 'Ana',
    contentType: 'text',
    timestamp: 1_700_055_820,
    content: { kind: 'text', text: 'oi' },
  });
});

test.each([
  ['the contact', { source: 'android' }, { fromMe: false, sentByApi: false }],
  ['the human on the phone', { keyFromMe: true, source: 'ios' }, { fromMe: true, sentByApi: false }],
  ['an API, where only the source tells', { source: 'api' }, { fromMe: true, sentByApi: true }],
  ['an API', { keyFromMe: true, source: 'api' }, { fromMe: true, sentByApi: true }],
  [
    'nobody we know of',
    { keyFromMe: null, source: null, pushName: null, messageTimestamp: null },
    { fromMe: false, pushName: '', timestamp: null },
  ],
  ['a producer that counts milliseconds', { messageTimestamp: 1_700_055_820_123 }, { timestamp: 1_700_055_820 }],
])('knows a message of %s', (_, data, expected) => {
  expect(readInbound(event(data))).toMatchObject(expected);
});

test.each<[string, string, Fields, object]>([
  ['CodeChat’s text', 'text', { text: 'oi' }, { kind: 'text', text: 'oi' }],
  ['a text with its quote', 'text', { text: 'oi', contextInfo: { quotedMessage: { conversation: 'x' } } }, { kind: 'text', text: 'oi' }],
  ['a conversation', 'conversation', { conversation: 'oi' }, { kind: 'text', text: 'oi' }],
  ['CodeChat v1’s conversation', 'conversation', { text: 'oi' }, { kind: 'text', text: 'oi' }],
  ['an extended text, nested', 'extendedTextMessage', { extendedTextMessage: { text: 'oi' } }, { kind: 'text', text: 'oi' }],
  ['an extended text, flat', 'extendedTextMessage', { text: 'oi', previewType: 0 }, { kind: 'text', text: 'oi' }],
  ['a text under no usual name', 'text', { words: 'oi' }, { kind: 'text', text: 'oi' }],
  ['the Cloud API’s text', 'text', { text: { body: 'oi' } }, { kind: 'text', text: 'oi' }],
  ['a text of an unknown type', 'somethingNew', { text: 'oi' }, { kind: 'text', text: 'oi' }],
  ['a whole Baileys message', 'unknown', { message: { extendedTextMessage: { text: 'oi' } } }, { kind: 'text', text: 'oi' }],
  ['a disappearing message', 'ephemeralMessage', { message: { conversation: 'oi' } }, { kind: 'text', text: 'oi' }],
  ['words that came with a key', 'unknown', { senderKeyDistributionMessage: {}, conversation: 'oi' }, { kind: 'text', text: 'oi' }],

  [
    'an image',
    'image',
    { url: 'https://x.io/f', caption: 'see', mimetype: 'image/png' },
    media('image', { caption: 'see', mimeType: 'image/png' }),
  ],
  ['an image, nested', 'imageMessage', { imageMessage: { mediaUrl: 'https://x.io/f' } }, media('image')],
  [
    'an image whose address stands beside it',
    'imageMessage',
    { imageMessage: { caption: 'see' }, mediaUrl: 'https://x.io/f' },
    media('image', { caption: 'see' }),
  ],
  ['a view-once image', 'viewOnceMessageV2', { message: { imageMessage: { url: 'https://x.io/f' } } }, media('image')],
  ['an image still encrypted', 'image', { url: 'https://mmg.whatsapp.net/v/t62.enc', mediaKey: 'x' }, media('image', { url: null })],
  ['an image without address', 'image', { base64: 'AAAA' }, media('image', { url: null })],
  [
    'a voice note',
    'audioMessage',
    { ptt: true, url: 'https://x.io/f', mimetype: 'audio/ogg; codecs=opus' },
    media('audio', { mimeType: 'audio/ogg; codecs=opus' }),
  ],
  ['a video note', 'ptvMessage', { ptvMessage: { url: 'https://x.io/f' } }, media('video')],
  ['a sticker', 'sticker', { media: { url: 'https://x.io/f' } }, media('sticker')],
  [
    'a document',
    'document',
    { url: 'https://x.io/f', fileName: 'a.pdf', caption: 'the bill' },
    media('document', { fileName: 'a.pdf', caption: 'the bill' }),
  ],
  [
    'a document captioned by its name',
    'document',
    { url: 'https://x.io/f', fileName: 'my bill.pdf', caption: 'my bill.pdf' },
    media('document', { fileName: 'my bill.pdf' }),
  ],
  [
    'a document with a caption, wrapped',
    'documentWithCaptionMessage',
    { message: { documentMessage: { url: 'https://x.io/f', title: 'bill', caption: 'the bill' } } },
    media('document', { fileName: 'bill', caption: 'the bill' }),
  ],

  ['a tapped button', 'buttonsResponse', { selectedButtonId: 'i1', selectedDisplayText: 'Sales' }, tap],
  [
    'a tapped button, nested',
    'buttonsResponseMessage',
    { buttonsResponseMessage: { selectedButtonId: 'i1', selectedDisplayText: 'Sales' } },
    tap,
  ],
  ['a tapped template button', 'templateButtonReplyMessage', { selectedId: 'i1', selectedDisplayText: 'Sales' }, tap],
  ['a tapped row', 'listResponseMessage', { title: 'Sales', singleSelectReply: { selectedRowId: 'i1' } }, tap],
  ['CodeChat’s tapped row', 'listResponse', { title: 'Sales', selectedRowId: 'i1' }, tap],
  [
    'a native flow',
    'interactiveResponseMessage',
    { body: { text: 'Sales' }, nativeFlowResponseMessage: { name: 'quick_reply', paramsJson: '{"id":"i1"}' } },
    tap,
  ],
  ['the Cloud API’s tap', 'interactive', { type: 'button_reply', button_reply: { id: 'i1', title: 'Sales' } }, tap],
  [
    'the Cloud API’s tap, nested',
    'interactive',
    { interactive: { type: 'button_reply', button_reply: { id: 'i1', title: 'Sales' } } },
    tap,
  ],
  [
    'the Cloud API’s row, nested',
    'interactive',
    { interactive: { type: 'list_reply', list_reply: { id: 'i1', title: 'Sales', description: 'x' } } },
    tap,
  ],
  [
    'a flow’s answers',
    'interactiveResponseMessage',
    {
      interactiveResponseMessage: {
        body: { text: 'Sent' },
        nativeFlowResponseMessage: { name: 'galaxy_message', paramsJson: '{"id":"7","name":"Ana"}' },
      },
    },
    { kind: 'text', text: '{"id":"7","name":"Ana"}' },
  ],
  [
    'a flow’s answers, flat',
    'interactive',
    { type: 'nfm_reply', nfm_reply: { name: 'flow', body: 'Sent', response_json: '{"name":"Ana"}' } },
    { kind: 'text', text: '{"name":"Ana"}' },
  ],
  [
    'a flow’s answers, nested',
    'interactive',
    { interactive: { type: 'nfm_reply', nfm_reply: { response_json: '{"name":"Ana"}' } } },
    { kind: 'text', text: '{"name":"Ana"}' },
  ],
  ['the Cloud API’s template button', 'button', { payload: 'i1', text: 'Sales' }, tap],
  ['a tap that calls itself a text', 'text', { text: 'Sales', selectedButtonId: 'i1' }, tap],
  ['a tap without id', 'buttonsResponse', { text: 'Sales' }, { kind: 'reply', id: '', title: 'Sales' }],

  [
    'a location',
    'locationMessage',
    { degreesLatitude: -19.9, degreesLongitude: -43.9, name: 'Home' },
    { kind: 'location', latitude: -19.9, longitude: -43.9, name: 'Home', address: null },
  ],
  [
    'a location in texts',
    'location',
    { latitude: '-19.9', longitude: '-43.9' },
    { kind: 'location', latitude: -19.9, longitude: -43.9, name: null, address: null },
  ],
  ['a location without place', 'location', { name: 'Home' }, { kind: 'unknown' }],
  ['a contact', 'contactMessage', { displayName: 'Bob', vcard }, { kind: 'contact', cards: [{ name: 'Bob', phones: ['+5511999990000'] }] }],
  ['a contact by its card alone', 'contact', { vcard }, { kind: 'contact', cards: [{ name: 'Bob, Jr', phones: ['+5511999990000'] }] }],
  [
    'several contacts',
    'contactsArrayMessage',
    {
      contacts: [
        { displayName: 'Bob', vcard },
        { fullName: 'Eve', phoneNumber: '+55 11 3333-4444' },
      ],
    },
    {
      kind: 'contact',
      cards: [
        { name: 'Bob', phones: ['+5511999990000'] },
        { name: 'Eve', phones: ['+55 11 3333-4444'] },
      ],
    },
  ],
  [
    'the Cloud API’s contacts',
    'contacts',
    { contacts: [{ name: { formatted_name: 'Bob' }, phones: [{ phone: '+1 555', wa_id: '15550001111' }] }] },
    { kind: 'contact', cards: [{ name: 'Bob', phones: ['+15550001111'] }] },
  ],
  ['a contact of nobody', 'contact', {}, { kind: 'unknown' }],
  [
    'several contacts of WhatsApp Web',
    'multi_vcard',
    { vCards: [vcard] },
    { kind: 'contact', cards: [{ name: 'Bob, Jr', phones: ['+5511999990000'] }] },
  ],
  ['a vote', 'pollUpdateMessage', { pollUpdateMessage: { vote: { selectedOptions: ['Sales'] } } }, { kind: 'vote', titles: ['Sales'] }],
  [
    'a vote of objects',
    'poll_vote',
    { pollVote: { options: [{ name: 'Sales' }, { name: 'Support' }] } },
    { kind: 'vote', titles: ['Sales', 'Support'] },
  ],

  ['a reaction', 'reaction', { text: '👍' }, signal('reaction')],
  ['a reaction, nested', 'reactionMessage', { reactionMessage: { key: {}, text: '👍' } }, signal('reaction')],
  ['an edit', 'editedMessage', { message: { protocolMessage: { type: 14 } } }, signal('edit')],
  [
    'an edit of the protocol',
    'protocolMessage',
    { protocolMessage: { type: 'MESSAGE_EDIT', editedMessage: { conversation: 'x' } } },
    signal('edit'),
  ],
  ['a deletion', 'protocolMessage', { type: 0, key: {} }, signal('delete')],
  ['a setting of the chat', 'protocolMessage', { type: 'EPHEMERAL_SETTING' }, signal('protocol')],
  ['a vote that was taken back', 'pollUpdateMessage', { vote: { selectedOptions: [] } }, signal('protocol')],
  ['a vote still encrypted', 'pollUpdateMessage', { pollUpdateMessage: { vote: { encPayload: 'x', encIv: 'y' } } }, signal('protocol')],
  ['a vote by hashes', 'pollUpdateMessage', { vote: { selectedOptions: ['a'.repeat(64)] } }, signal('protocol')],
  ['WhatsApp talking', 'system', { body: 'Ana changed her number' }, signal('protocol')],
  ['a poll that was made', 'pollCreationMessageV3', { name: 'Lunch?', options: [] }, signal('poll')],
  ['no words at all', 'text', { text: '' }, signal('empty')],
  ['signs that nobody sees', 'conversation', { conversation: ' \u200b\u2060\u00ad\u2800\u3164\ufeff ' }, signal('empty')],
  ['nothing of no type', 'unknown', {}, signal('empty')],
  ['nothing but keys of devices', 'messageContextInfo', { messageContextInfo: { deviceListMetadataVersion: 2 } }, signal('empty')],
  ['a disappearing message without a message', 'ephemeralMessage', { message: {} }, signal('empty')],
  ['a message that could not be decrypted', 'ciphertext', { body: '' }, signal('undecrypted')],
  ['a message that is waited for', 'unknown', { waitingMessage: true }, signal('undecrypted')],
  ['a message for the phone only', 'placeholderMessage', { placeholderMessage: { type: 'MASK_LINKED_DEVICES' } }, signal('undecrypted')],
  ['the header of an album', 'albumMessage', { albumMessage: { expectedImageCount: 2 } }, signal('album')],
  ['a mention in a status', 'groupStatusMentionMessage', { message: {} }, signal('status_mention')],
  ['an unknown type', 'unsupported', {}, { kind: 'unknown' }],
  ['a type called like a built-in', 'constructor', {}, { kind: 'unknown' }],
])('reads %s', (_, contentType, content, expected) => {
  expect(contentOf(contentType, content)).toEqual(expected);
});

const words = { extendedTextMessage: { text: 'oi' } };

test.each([
  'ephemeralMessage',
  'viewOnceMessage',
  'viewOnceMessageV2',
  'viewOnceMessageV2Extension',
  'documentWithCaptionMessage',
  'associatedChildMessage',
  'groupMentionedMessage',
  'groupStatusMessage',
  'groupStatusMessageV2',
  'botInvokeMessage',
  'botTaskMessage',
  'deviceSentMessage',
  'lottieStickerMessage',
])('takes %s off, nested, flat, and around another', (wrapper) => {
  const context = { messageContextInfo: { deviceListMetadataVersion: 2 } };
  const text = { kind: 'text', text: 'oi' };
  expect(contentOf(wrapper, { [wrapper]: { message: words }, ...context })).toEqual(text);
  expect(contentOf(wrapper, { message: words })).toEqual(text);
  expect(contentOf(wrapper, words)).toEqual(text);
  expect(
    contentOf(wrapper, { [wrapper]: { message: { ephemeralMessage: { message: { viewOnceMessageV2: { message: words } } } } } }),
  ).toEqual(text);
  expect(contentOf('unknown', { [wrapper]: { message: words } })).toEqual(text);
  expect(contentOf(wrapper, { [wrapper]: { message: { imageMessage: { caption: 'see' } } }, mediaUrl: 'https://x.io/f' })).toEqual(
    media('image', { caption: 'see' }),
  );
});

test('a live location is a location once, and its updates say nothing', () => {
  const at = (fields: Fields) =>
    contentOf('liveLocationMessage', { liveLocationMessage: { degreesLatitude: 1, degreesLongitude: 2, ...fields } }).kind;
  expect([{}, { sequenceNumber: '1' }, { sequenceNumber: '1760000000000001' }].map(at)).toEqual(['location', 'location', 'location']);
  expect([{ sequenceNumber: '2' }, { sequenceNumber: '1760000000000007' }, { timeOffset: 30 }].map(at)).toEqual([
    'signal',
    'signal',
    'signal',
  ]);
});

const cart = { orderId: '900', itemCount: 2, totalAmount1000: '35500', totalCurrencyCode: 'BRL', token: 't', sellerJid: 's' };
const products = [
  { product_retailer_id: 'mug', quantity: 2, item_price: 12.5, currency: 'BRL' },
  { product_retailer_id: 'cap', quantity: '1', item_price: '10', currency: 'BRL' },
];

test.each<[string, string, Fields, string, object]>([
  [
    'flat',
    'orderMessage',
    { ...cart, message: 'I want these' },
    'I want these',
    { id: '900', items: '2', total: '35.50', currency: 'BRL' },
  ],
  ['nested', 'orderMessage', { orderMessage: cart, messageContextInfo: {} }, '🛒 #900 ×2 BRL 35.50', { id: '900', total: '35.50' }],
  [
    'of the Cloud API',
    'order',
    { order: { catalog_id: 'c', product_items: products } },
    '2 × mug BRL 12.50\n1 × cap BRL 10.00\n🛒 ×3 BRL 35.00',
    { items: '3', total: '35.00' },
  ],
  [
    'of the Cloud API, flat',
    'order',
    { catalog_id: 'c', text: 'please', product_items: products },
    'please',
    { message: 'please', currency: 'BRL' },
  ],
])('a cart %s is text a bot can read, and has its fields', (_, contentType, content, text, fields) => {
  expect(contentOf(contentType, content)).toEqual({ kind: 'text', text });
  expect(orderOf(event({ contentType, content }))).toMatchObject(fields);
});

test.each<[unknown, number | null]>([
  ['1760000000', 1_760_000_000],
  ['1760000000123', 1_760_000_000],
  [{ low: 1_760_000_000, high: 0, unsigned: true }, 1_760_000_000],
  [{ low: -2_000_000_000, high: 0 }, 2_294_967_296],
  ['', null],
])('a time written as %j is read', (messageTimestamp, expected) => {
  const given = inboundEventSchema.parse({ ...event({}), data: { ...event({}).data, messageTimestamp } });
  expect(readInbound(given).timestamp).toBe(expected);
});

test('of a name of any length the first thousand characters are kept', () => {
  const given = inboundEventSchema.parse(event({ pushName: 'a'.repeat(5_000) }));
  expect(readInbound(given).pushName).toHaveLength(1_000);
});

test('finds the address of media that a producer puts beside the content', () => {
  expect(contentOf('image', { caption: '' }, { media: { url: 'https://x.io/f' } })).toEqual(media('image'));
});

test('hands on nothing that the database cannot hold', () => {
  expect(contentOf('text', { text: 'o\0i \uD83D' })).toEqual({ kind: 'text', text: 'oi \uFFFD' });
});

test.each([
  [2, 'undecrypted'],
  ['CIPHERTEXT', 'undecrypted'],
  [40, 'protocol'],
  [68, 'protocol'],
])('the stub %s says nothing', (messageStubType, kind) => {
  expect(contentOf('unknown', {}, { messageStubType })).toEqual(signal(kind));
  expect(contentOf('text', { text: 'oi' }, { messageStubType })).toEqual({ kind: 'text', text: 'oi' });
});

test('words and files claim the key of their event, and nothing else does', () => {
  const claims = (name: string, contentType: string, content: Fields) => claimsKey({ ...event({ contentType, content }), event: name });
  expect(claims('messages.upsert', 'text', { text: 'oi' })).toBe(true);
  expect(claims('messages.upsert', 'image', {})).toBe(true);
  expect(claims('messages.upsert', 'hologram', { shape: 'cube' })).toBe(true);
  expect(claims('send.message', 'text', { text: 'oi' })).toBe(true);
  expect(claims('messages.update', 'text', { text: 'oi' })).toBe(false);
  for (const type of ['ciphertext', 'reactionMessage', 'protocolMessage']) expect(claims('messages.upsert', type, {})).toBe(false);
});

test('takes any content', () => {
  const names = [
    'message',
    'text',
    'imageMessage',
    'ephemeralMessage',
    'contacts',
    'vcard',
    'url',
    'paramsJson',
    'name',
    'caption',
    'type',
  ];
  const types = ['text', 'ephemeralMessage', 'image', 'contact', 'interactiveResponseMessage', 'location', 'x', 'protocolMessage'];
  const anything = fc.dictionary(
    fc.constantFrom(...names),
    fc.oneof(fc.jsonValue(), fc.object({ key: fc.constantFrom(...names), maxDepth: 6 })),
  );
  fc.assert(
    fc.property(fc.constantFrom(...types), anything, (contentType, content) => {
      expect(readInbound(inboundEventSchema.parse(event({ contentType, content }))).content.kind).toBeTypeOf('string');
    }),
  );
});
