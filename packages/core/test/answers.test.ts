import { expect, test } from 'vitest';
import { type BotInput, inboundEventSchema, readAnswer, readInbound, settingsSchema } from '../src/index.ts';

/** Every kind of WhatsApp message, as its event arrives, with everything a flow can wait for. */
const settings = settingsSchema.parse({
  locale: 'en',
  hints: { unsupportedMedia: 'Not this.', payment: 'Not here.', waiting: 'One moment.' },
  unknownMessage: 'Sorry?',
});

const url = 'https://media.example.com/a.png';
const vcard = 'BEGIN:VCARD\nFN:Bob\nTEL;waid=5511999990000:+55 11 99999-0000\nEND:VCARD';

const kinds = {
  text: ['conversation', { conversation: 'Blue' }],
  'button reply': ['buttonsResponseMessage', { selectedButtonId: 'i2', selectedDisplayText: 'Blue' }],
  'list reply': ['listResponse', { title: 'Blue', singleSelectReply: { selectedRowId: 'i2' } }],
  'template button': ['templateButtonReplyMessage', { selectedId: 'i2', selectedDisplayText: 'Blue' }],
  image: ['imageMessage', { imageMessage: { url, caption: 'see' } }],
  video: ['video', { url, caption: 'see' }],
  document: ['documentMessage', { url, fileName: 'a.png', caption: 'see' }],
  sticker: ['stickerMessage', { url }],
  voice: ['audioMessage', { url, ptt: true, mimetype: 'audio/ogg; codecs=opus' }],
  location: ['locationMessage', { degreesLatitude: -19.9, degreesLongitude: -43.9 }],
  'contact card': ['contactMessage', { displayName: 'Bob', vcard }],
  'poll vote': ['pollUpdateMessage', { vote: { selectedOptions: ['Blue'] } }],
  reaction: ['reactionMessage', { key: { id: 'x' }, text: '👍' }],
  edit: ['editedMessage', { message: { protocolMessage: { type: 14, editedMessage: { conversation: 'Blue' } } } }],
  delete: ['protocolMessage', { type: 0, key: { id: 'x' } }],
  order: ['orderMessage', { orderId: '1', itemCount: 2, status: 'INQUIRY', orderTitle: 'Shop' }],
  unknown: ['somethingNewMessage', { what: { ever: true } }],
} satisfies Record<string, [contentType: string, content: Record<string, unknown>]>;
type Kind = keyof typeof kinds;

const input = (type: string, rest: Partial<BotInput> = {}) => ({ type: 'input' as const, input: { id: 'q1', type, ...rest } });
const items = [
  { id: 'i1', content: 'Red', title: 'Red', paths: [{ id: 'p1', text: 'Red' }] },
  { id: 'i2', content: 'Blue', title: 'Blue', paths: [{ id: 'i2', text: 'Blue' }] },
];
const features = { options: { attachments: { isEnabled: true }, audioClip: { isEnabled: true } } };
const pendings = {
  'text input': input('text input'),
  'text input with attachments and clips': input('text input', features),
  'number input': input('number input'),
  'email input': input('email input'),
  'url input': input('url input'),
  'phone number input': input('phone number input'),
  'date input': input('date input'),
  'time input': input('time input'),
  'rating input': input('rating input'),
  'choice input': input('choice input', { items }),
  'multiple choice': input('choice input', { items, options: { isMultipleChoice: true } }),
  'picture choice input': input('picture choice input', { items }),
  cards: input('cards', { items }),
  'file input': input('file input'),
  'payment input': input('payment input'),
  'input of a newer Typebot': input('psychic input'),
  'embed that waits': { type: 'embed' as const },
  'webhook that waits': { type: 'webhook' as const },
};
type Pending = keyof typeof pendings;

const sent = (message: unknown) => ({ type: 'send', message });
const unmatched = (message: string) => ({ type: 'unmatched', message });
const held = (reason: string, notice: string | null = null) => ({ type: 'hold', reason, notice });
const unsupported = held('unsupported_media', 'Not this.');
const wordy: Pending[] = ['number input', 'email input', 'url input', 'phone number input', 'date input', 'time input', 'rating input'];
const choices: Pending[] = ['choice input', 'multiple choice', 'picture choice input', 'cards'];
const all = Object.keys(pendings) as Pending[];

/** The default of a row and its exceptions. In every row a payment and a webhook receive nothing. */
type Row = { otherwise: object } & Partial<Record<Pending, object>>;
const each = (names: Pending[], expected: object): Partial<Record<Pending, object>> =>
  Object.fromEntries(names.map((name) => [name, expected]));

const tap: Row = { otherwise: sent('Blue'), cards: sent('i2') };
const media = (withoutAttachments: string, attached: object): Row => ({
  otherwise: unsupported,
  'text input': sent(withoutAttachments),
  'text input with attachments and clips': attached,
  'input of a newer Typebot': sent(withoutAttachments),
  'file input': sent(url),
  'embed that waits': unsupported,
});
const captioned = media(`see\n${url}`, sent({ type: 'text', text: 'see', attachedFileUrls: [url] }));
const signal: Row = { otherwise: held('signal'), 'payment input': held('signal'), 'webhook that waits': held('signal') };
const unusable: Row = { otherwise: held('nothing_usable', 'Sorry?'), 'payment input': held('nothing_usable', 'Sorry?') };

const table: Record<Kind, Row> = {
  text: tap,
  'button reply': tap,
  'list reply': tap,
  'template button': tap,
  image: captioned,
  video: captioned,
  document: captioned,
  sticker: media(url, sent({ type: 'text', text: '', attachedFileUrls: [url] })),
  voice: media(url, sent({ type: 'audio', url })),
  location: { otherwise: sent('-19.9, -43.9'), ...each([...wordy, ...choices, 'file input'], unsupported) },
  'contact card': {
    otherwise: sent('Bob: +5511999990000'),
    ...each([...wordy, ...choices, 'file input'], unsupported),
    'phone number input': sent('+5511999990000'),
    'embed that waits': unsupported,
  },
  'poll vote': {
    ...signal,
    ...each(choices, sent('Blue')),
    cards: sent('i2'),
    'webhook that waits': held('webhook_pending', 'One moment.'),
  },
  reaction: signal,
  edit: signal,
  delete: signal,
  order: {
    otherwise: sent('🛒 #1 ×2'),
    ...each(choices, unmatched('🛒 #1 ×2')),
    'multiple choice': unmatched('…'),
    'number input': { ...held('unclear'), notice: expect.any(String) },
    'rating input': { ...held('rating_off_scale'), notice: expect.any(String) },
  },
  unknown: unusable,
};

const cells = (Object.keys(kinds) as Kind[]).flatMap((kind) =>
  all.map((pending): [Kind, Pending, object] => {
    const silent = { 'payment input': held('payment_pending', 'Not here.'), 'webhook that waits': held('webhook_pending', 'One moment.') };
    const row: Row = { ...silent, ...table[kind] };
    return [kind, pending, row[pending] ?? row.otherwise];
  }),
);

test.each(cells)('%s for %s', (kind, pending, expected) => {
  const [contentType, content] = kinds[kind];
  const event = inboundEventSchema.parse({
    event: 'messages.upsert',
    instance: { instanceId: 'inst-1' },
    data: { keyId: 'K1', keyRemoteJid: '5511999990000@s.whatsapp.net', contentType, content },
  });
  expect(readAnswer(readInbound(event), pendings[pending], settings)).toEqual(expected);
});

test('a flow with Evolution’s markers gets the id of a tapped button and the title of a row', () => {
  const compat = settingsSchema.parse({ compat: { markers: true } });
  const answer = (kind: Kind, pending: Pending) => {
    const [contentType, content] = kinds[kind];
    const data = { keyId: 'K1', keyRemoteJid: '5511999990000@s.whatsapp.net', contentType, content };
    return readAnswer(readInbound({ event: 'messages.upsert', instance: { instanceId: 'i' }, data }), pendings[pending], compat);
  };
  expect(answer('button reply', 'text input')).toEqual(sent('i2'));
  expect(answer('template button', 'text input')).toEqual(sent('i2'));
  expect(answer('list reply', 'text input')).toEqual(sent('Blue'));
  expect(answer('button reply', 'choice input')).toEqual(sent('Blue'));
  expect(answer('button reply', 'email input')).toEqual(sent('Blue'));
});
