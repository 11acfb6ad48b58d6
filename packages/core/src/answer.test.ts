import { expect, test } from 'vitest';
import { firstMessageAnswers, readAnswer } from './answer.ts';
import type { BotAction, BotInput } from './bot.ts';
import type { InboundContent, InboundMessage } from './inbound.ts';
import { settingsSchema } from './settings.ts';

const settings = settingsSchema.parse({ unknownMessage: 'Sorry?', hints: { payment: 'Not here.', unsupportedMedia: 'Not this.' } });
const said = (content: InboundContent): InboundMessage => ({
  keyId: 'k1',
  fromMe: false,
  sentByApi: false,
  address: '5531999999999@s.whatsapp.net',
  participant: null,
  pushName: 'Ana',
  contentType: 'text',
  timestamp: null,
  content,
});
const text: InboundContent = { kind: 'text', text: 'oi' };
const tap: InboundContent = { kind: 'reply', id: 'i1', title: 'Sales' };
const photo: InboundContent = { kind: 'media', media: 'image', url: 'https://x.io/a.png', caption: 'see', fileName: null, mimeType: null };
const place: InboundContent = { kind: 'location', latitude: 1.5, longitude: -2, name: null, address: null };
const reaction: InboundContent = { kind: 'signal', signal: 'reaction' };
const unknown: InboundContent = { kind: 'unknown' };
const inputOf = (type: string): { type: 'input'; input: BotInput } => ({ type: 'input', input: { id: 'q1', type } });
const held = (reason: string, notice: string | null = null) => ({ type: 'hold', reason, notice });
const sent = (message: unknown) => ({ type: 'send', message });

test.each<[string, InboundContent, Parameters<typeof readAnswer>[1], object]>([
  ['text for a question is its answer', text, inputOf('text input'), sent('oi')],
  ['a reaction is never an answer', reaction, inputOf('text input'), held('signal')],
  ['a reaction says nothing to a payment', reaction, inputOf('payment input'), held('signal')],
  ['unknown content gets the operator’s text', unknown, inputOf('text input'), held('nothing_usable', 'Sorry?')],
  ['unknown content does not reach a payment', unknown, inputOf('payment input'), held('nothing_usable', 'Sorry?')],
  ['text does not reach a payment', text, inputOf('payment input'), held('payment_pending', 'Not here.')],
  ['text does not reach a pending webhook', text, { type: 'webhook' }, held('webhook_pending')],
  ['a tap does not reach a pending webhook', tap, { type: 'webhook' }, held('webhook_pending')],
  ['unknown content does not reach a pending webhook', unknown, { type: 'webhook' }, held('webhook_pending')],
  ['text wakes an embed', text, { type: 'embed' }, sent('oi')],
  ['a tap wakes an embed by its title', tap, { type: 'embed' }, sent('Sales')],
  ['a location wakes an embed', place, { type: 'embed' }, sent('1.5, -2')],
  ['media do not wake an embed, and are answered', photo, { type: 'embed' }, held('unsupported_media', 'Not this.')],
  [
    'a contact does not wake an embed',
    { kind: 'contact', cards: [{ name: 'Bob', phones: [] }] },
    { type: 'embed' },
    held('unsupported_media', 'Not this.'),
  ],
  ['a reaction does not wake an embed', reaction, { type: 'embed' }, held('signal')],
])('%s', (_, content, pending, expected) => {
  expect(readAnswer(said(content), pending, settings)).toEqual(expected);
});

const started = (type: string | null, actions: BotAction[] = []) => ({
  bubbles: [],
  input: type === null ? null : { id: 'q1', type },
  actions,
  started: null,
  logs: [],
});

test.each<[string, boolean]>([
  ['text input', true],
  ['number input', true],
  ['email input', true],
  ['file input', true],
  ['rating input', true],
  ['psychic input', true],
  ['choice input', false],
  ['picture choice input', false],
  ['cards', false],
  ['payment input', false],
])('a bot that begins with a %s takes the first text as the answer: %s', (type, expected) => {
  expect(firstMessageAnswers(started(type))).toBe(expected);
});

test('the first text is not an answer if the bot greets, waits, or ends', () => {
  const greeting = { id: 'b1', type: 'text', content: {} };
  expect(firstMessageAnswers({ ...started('text input'), bubbles: [greeting] })).toBe(false);
  expect(firstMessageAnswers(started('text input', [{ type: 'wait', expectsDedicatedReply: true }]))).toBe(false);
  expect(firstMessageAnswers(started('text input', [{ type: 'wait' }]))).toBe(true);
  expect(firstMessageAnswers(started(null))).toBe(false);
});
