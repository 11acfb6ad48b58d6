import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { held, media, person, place, read, sent, tap, unsupported } from '../../test/said.ts';
import type { BotInput } from '../bot.ts';
import { inputs } from './index.ts';
import type { Said } from './input.ts';

/** Halves of surrogate pairs and controls included. */
const anyText = fc.array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 12 }).map((units) => String.fromCharCode(...units));

const nobody: Said = { kind: 'contact', cards: [{ name: 'Bob', phones: [] }] };
const clip = { options: { audioClip: { isEnabled: true } } };
const allowing = (...types: string[]) => ({ allowedFileTypes: { isEnabled: true, types } });
const notAllowed = held('file_type_not_allowed', 'Not this.');
const attachments = { options: { attachments: { isEnabled: true } } };

test.each<[string, Said | string, Partial<BotInput>, object]>([
  ['words as they are', ' Olá\ntudo bem? ', {}, sent(' Olá\ntudo bem? ')],
  ['a tap by its title', tap('i1', 'Sales'), {}, sent('Sales')],
  ['a tap without title by its id', tap('i1', ''), {}, sent('i1')],
  [
    'a photo as attachment',
    media('image', { caption: 'see' }),
    attachments,
    sent({ type: 'text', text: 'see', attachedFileUrls: ['https://x.io/f.png'] }),
  ],
  ['a sticker as attachment', media('sticker'), attachments, sent({ type: 'text', text: '', attachedFileUrls: ['https://x.io/f.png'] })],
  ['a photo as its address where there are no attachments', media(), {}, sent('https://x.io/f.png')],
  ['a photo and its caption where there are no attachments', media('image', { caption: 'see' }), {}, sent('see\nhttps://x.io/f.png')],
  ['a photo without address by its caption', media('image', { url: null, caption: 'see' }), attachments, sent('see')],
  ['a photo without anything not at all', media('image', { url: null }), attachments, unsupported],
  ['a voice note as a clip', media('audio'), clip, sent({ type: 'audio', url: 'https://x.io/f.png' })],
  ['a voice note as its address where there are no clips', media('audio'), attachments, sent('https://x.io/f.png')],
  ['a location as coordinates', place, {}, sent('-19.9, -43.9')],
  ['contacts as names and phones', person, {}, sent('Bob: +5511999990000, +551133334444\n123')],
  ['options of another shape as none', media(), { options: { attachments: 'yes' } }, sent('https://x.io/f.png')],
  ['blank words not at all', ' \n', {}, held('nothing_usable')],
])('a text input takes %s', (_, said, input, expected) => {
  expect(read(said, { type: 'text input', ...input })).toEqual(expected);
});

test('an input of a newer Typebot takes what is written', () => {
  expect(read('anything', { type: 'psychic input' })).toEqual(sent('anything'));
  expect(read('anything', { type: 'constructor' })).toEqual(sent('anything'));
});

test.each<[string, string, string, object]>([
  ['number input', ' 42 ', '42', {}],
  ['number input', 'R$ 1.234,50', '1234,50', {}],
  ['number input', '1,234.50', '1234.50', {}],
  ['number input', '1,234', '1234', { locale: 'en-US' }],
  ['number input', '1.234', '1.234', { locale: 'en-US' }],
  ['number input', '1.234', '1234', { locale: 'pt-BR' }],
  ['number input', '1,234', '1,234', { locale: 'pt-BR' }],
  ['number input', '1.234.567', '1234567', { locale: 'en' }],
  ['number input', '0,5', '0.5', {}],
  ['number input', '10,5', '10,5', {}],
  ['number input', 'dezoito', '18', {}],
  ['number input', 'vinte e dois', '22', {}],
  ['number input', 'dos mil', '2000', {}],
  ['email input', ' ANA@Example.com ', 'ANA@Example.com', {}],
  ['email input', 'my mail is <ana@x.io>.', 'ana@x.io', {}],
  ['email input', 'ana@x.io.', 'ana@x.io', {}],
  ['email input', 'ana@x.io or bob@x.io', 'ana@x.io or bob@x.io', {}],
  ['email input', ' not an email ', 'not an email', {}],
  ['url input', ' example.com ', 'example.com', {}],
  ['url input', 'here: https://x.io/a?b=1 ok', 'https://x.io/a?b=1', {}],
  ['url input', 'http://a.io http://b.io', 'http://a.io http://b.io', {}],
  ['phone number input', '5511999990000', '+5511999990000', {}],
  ['phone number input', '55 (11) 99999-0000', '+5511999990000', {}],
  ['phone number input', '0055 11 99999 0000', '+5511999990000', {}],
  ['phone number input', '+55 11 99999-0000', '+5511999990000', {}],
  ['phone number input', ' 11 99999-0000 ', '+5511999990000', { defaultCountryCode: 'BR' }],
  ['phone number input', 'my phone is 11 99999-0000', '+5511999990000', { defaultCountryCode: 'BR' }],
  ['phone number input', '123', '123', {}],
  ['date input', ' 25/12/2026 ', '25/12/2026', {}],
  ['date input', 'Amanhã', 'tomorrow', {}],
  ['date input', 'depois de amanhã', 'in 2 days', {}],
  ['date input', '25 de Dezembro de 2026', '25 december 2026', {}],
  ['date input', '1º de março', '1 march', {}],
  ['date input', 'próxima sexta-feira', 'next friday', {}],
  ['date input', 'el viernes', 'this friday', {}],
  ['date input', 'Next Friday', 'next friday', {}],
  ['date input', 'Friday', 'this friday', {}],
  ['date input', 'sexta feira', 'this friday', {}],
  ['date input', 'no sábado', 'this saturday', {}],
  ['date input', 'esta quinta', 'this thursday', {}],
  ['date input', 'quinta que vem', 'next thursday', {}],
  ['date input', 'sexta, 25/12', '25/12', {}],
  ['date input', 'vinte e cinco de dezembro', '25 december', {}],
  ['date input', 'dia primeiro de maio', '1 may', {}],
  ['date input', '25122026', '25/12/2026', {}],
  ['date input', '25 / 12 / 2026', '25/12/2026', {}],
  ['date input', 'anteontem', '2 days ago', {}],
  ['date input', 'mês que vem', 'next month', {}],
  ['date input', '10 do mês que vem', '10 do mês que vem', {}],
  ['date input', '10 deste mês', '10 deste mês', {}],
  ['date input', '10 de maio do ano que vem', '10 de maio do ano que vem', {}],
  ['date input', 'sexta da semana que vem', 'sexta da semana que vem', {}],
  ['date input', 'sexta passada', 'sexta passada', {}],
  ['date input', 'el viernes pasado', 'el viernes pasado', {}],
  ['date input', 'amanhã às nove e meia', 'tomorrow at 9:30', { hasTime: true }],
  ['date input', 'às 14h 25/12/2026', '25/12/2026 at 14:00', { hasTime: true }],
  ['date input', '25/12-28/12', '25/12 to 28/12', { isRange: true }],
  ['date input', '25/12 e 28/12', '25/12 to 28/12', { isRange: true }],
  ['date input', 'do dia 3 ao dia 5 de maio', '3 may to 5 may', { isRange: true }],
  ['date input', '25/12/2026 às 14h30', '25/12/2026 at 14:30', { hasTime: true }],
  ['date input', '25/12/2026 até 28/12/2026', '25/12/2026 to 28/12/2026', { isRange: true }],
  ['date input', 'de 3 a 5 de maio', '3 may to 5 may', { isRange: true }],
  ['time input', '14:30', '14:30', {}],
  ['time input', '14h30', '14:30', {}],
  ['time input', '14h', '14:00', {}],
  ['time input', '9', '09:00', {}],
  ['time input', 'às 9 horas', '09:00', {}],
  ['time input', '14.30', '14:30', {}],
  ['time input', 'Meio-dia', '12:00', {}],
  ['time input', '2pm', '14:00', {}],
  ['time input', '25h', '25h', {}],
  ['time input', '1430', '1430', {}],
  ['time input', 'não posso às 14h', 'não posso às 14h', {}],
  ['time input', 'depois das 14h', 'depois das 14h', {}],
  ['rating input', '4', '4', {}],
  ['rating input', '4!', '4', { length: 5 }],
  ['rating input', '4,0', '4', { length: 5 }],
  ['rating input', '4/5', '4', { length: 5 }],
  ['rating input', '4 de 5', '4', { length: 5 }],
  ['rating input', '4 out of 5', '4', { length: 5 }],
  ['rating input', 'nota 4', '4', { length: 5 }],
  ['rating input', 'nota: 4', '4', { length: 5 }],
  ['rating input', 'quatro estrelas', '4', { length: 5 }],
  ['rating input', 'dou nota 4', '4', { length: 5 }],
  ['rating input', 'cinco', '5', { length: 5 }],
  ['rating input', '٤', '4', { length: 5 }],
  ['rating input', '*4*', '4', { length: 5 }],
  ['rating input', '⭐ ⭐ ⭐', '3', {}],
  ['rating input', ' 4. ', '4', {}],
  ['rating input', 'quatro', '4', {}],
  ['rating input', '4 estrelas', '4', {}],
  ['rating input', '⭐⭐⭐', '3', {}],
  ['rating input', '4️⃣', '4', {}],
  ['rating input', '99', '99', { length: 5 }],
  ['rating input', 'great', 'great', {}],
  ['file input', ' https://x.io/a.pdf ', 'https://x.io/a.pdf', {}],
  ['file input', 'skip', 'skip', {}],
])('%s: %j is sent as %j', (type, words, expected, options) => {
  expect(read(words, { type, options: { ...options } })).toEqual(sent(expected));
});

const wordy = ['number input', 'email input', 'url input', 'phone number input', 'date input', 'time input', 'rating input'];

test.each(wordy)('a %s takes the title of a tap, and neither a location nor media', (type) => {
  expect(read(tap('i1', '7'), { type })).toMatchObject({ type: 'send', message: expect.stringContaining('7') });
  expect(read(place, { type })).toEqual(unsupported);
  expect(read(media(), { type })).toEqual(unsupported);
  expect(read(media('audio'), { type })).toEqual(unsupported);
});

test.each(wordy.filter((type) => type !== 'phone number input'))('a %s takes no contact', (type) => {
  expect(read(person, { type })).toEqual(unsupported);
});

test('an empty notice is no notice', () => {
  expect(read(media(), { type: 'email input' }, { hints: { unsupportedMedia: '' } })).toEqual(held('unsupported_media'));
});

test('a phone number input takes the first phone of a shared contact', () => {
  expect(read(person, { type: 'phone number input' })).toEqual(sent('+5511999990000'));
  expect(read(nobody, { type: 'phone number input' }, { unknownMessage: 'Sorry?' })).toEqual(held('nothing_usable', 'Sorry?'));
});

test.each([
  ['below the scale', '-3', { length: 5, startsAt: 1 }, held('rating_off_scale', '1 to 5')],
  ['below the scale of icons', '0', { length: 5, buttonType: 'Icons' }, held('rating_off_scale', '1 to 5')],
  ['between two steps', '3.5', { length: 5 }, held('rating_off_scale', '0 to 5')],
  ['of another scale', '8/10', { length: 5 }, held('rating_off_scale', '0 to 5')],
  ['of two numbers', '3 ou 4', { length: 5 }, held('rating_off_scale', '0 to 5')],
])('a rating %s is held, for Typebot would take it', (_, words, options, expected) => {
  expect(read(words, { type: 'rating input', options })).toEqual(expected);
  expect(read(words, { type: 'rating input', options }, { hints: { rating: '' } })).toEqual(sent('…'));
});

test.each<[string, Said | string, object, object]>([
  ['a photo by its address', media(), {}, sent('https://x.io/f.png')],
  ['a voice note by its address', media('audio'), {}, sent('https://x.io/f.png')],
  ['a photo without address not at all', media('image', { url: null }), {}, unsupported],
  ['the bot’s skip word as nothing', 'pular ISSO!', { isRequired: false, labels: { skip: 'Pular isso' } }, sent(null)],
  ['our skip word in any language as nothing', 'Pular', { isRequired: false }, sent(null)],
  ['a tapped skip as nothing', tap('', 'Skip'), { isRequired: false }, sent(null)],
  ['a file of a type it allows', media('document', { url: 'https://x.io/a.PDF' }), allowing('.pdf', 'image/*'), sent('https://x.io/a.PDF')],
  ['no file of another type', media('document', { url: 'https://x.io/a.zip' }), allowing('.pdf', 'image/*'), notAllowed],
  ['no file without extension where types are asked for', media('image', { url: 'https://x.io/a' }), allowing('image/*'), notAllowed],
  [
    'any file where the types are switched off',
    media(),
    { allowedFileTypes: { isEnabled: false, types: ['.pdf'] } },
    sent('https://x.io/f.png'),
  ],
  ['addresses one below the other', 'https://x.io/a.png\nhttps://x.io/b.png', {}, sent('https://x.io/a.png, https://x.io/b.png')],
  ['no skip where the file is required', 'Skip it', { isRequired: true, labels: { skip: 'Skip it' } }, sent('Skip it')],
  ['no location', place, {}, unsupported],
  ['no contact', person, {}, unsupported],
])('a file input takes %s', (_, said, options, expected) => {
  expect(read(said, { type: 'file input', options: { ...options } })).toEqual(expected);
});

test.each<[string, Said | string]>([
  ['words', 'paid'],
  ['a tap', tap('i1', 'Pay')],
  ['a photo', media()],
  ['a location', place],
  ['a contact', person],
])('a payment input never hears %s: it would take it for the payment', (_, said) => {
  expect(read(said, { type: 'payment input' })).toEqual(held('payment_pending', 'Not here.'));
});

test('takes any options, items and message', () => {
  const type = fc.constantFrom(...Object.keys(inputs), 'psychic input');
  const options = fc.dictionary(
    fc.constantFrom('length', 'startsAt', 'labels', 'isRequired', 'isMultipleChoice', 'locale', 'attachments'),
    fc.jsonValue(),
  );
  const items = fc.array(fc.record({ id: fc.string(), content: fc.jsonValue(), title: fc.jsonValue(), paths: fc.jsonValue() }), {
    maxLength: 4,
  });
  const words = fc.oneof(anyText, fc.constantFrom('1', '2.', 'x', '1, 2'));
  fc.assert(
    fc.property(words, fc.record({ type, options, items }), (said, input) => {
      expect(read(said, input).type).toMatch(/^(?:send|unmatched|hold)$/);
    }),
  );
});

test('the longest texts that come in are read in time that grows with their length', () => {
  const size = 65_536;
  const hostile = ['a', '!', '⭐', '\u0301', '\n', 'a@', '1h', ' de', '.111', '1 e ', ' ', '1 ', '+1', '25/12 ', 'sim ', '\u200B', '*'].map(
    (part) => `a${part.repeat(size / part.length)}b`,
  );
  const long = ['1 234 ', '1,', 'de ', '25/12 a ', 'sim ', '1 e ', '+55 ', 'a b, '].map((part) => part.repeat(1_000 / part.length));
  const types = [...Object.keys(inputs), 'psychic input'];
  const items = [{ id: 'i1', content: 'Red', title: 'Red' }];
  for (const type of types) {
    for (const options of [{}, { isMultipleChoice: true, hasTime: true, isRange: true, isRequired: false }]) {
      // A pattern that takes the square of the length of one of these does not come to its end within the test's time.
      for (const said of [...hostile, ...long]) expect(read(said, { type, items, options }).type).toMatch(/^(?:send|unmatched|hold)$/);
    }
  }
}, 30_000);
