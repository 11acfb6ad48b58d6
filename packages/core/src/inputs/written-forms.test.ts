import { expect, test } from 'vitest';
import { read, sent } from '../../test/said.ts';
import type { BotInput } from '../bot.ts';

const choice = (...items: object[]): Partial<BotInput> => ({
  type: 'choice input',
  items: items.map((item, i) => ({ id: `i${i + 1}`, ...item })),
});

test.each([
  ['Arabic digits', '٢'],
  ['Bengali digits', '২'],
  ['Devanagari digits', '२'],
  ['a full-width digit', '２'],
  ['a circled digit', '②'],
  ['a superscript', '²'],
  ['bold', '*2*'],
  ['code', '`2`'],
  ['a hash', '#2'],
  ['a direction mark', '\u200F2'],
  ['italic', '_support_'],
  ['a code block', '```Support```'],
  ['an invisible sign before it', '\u200ESupport'],
  ['a soft hyphen in it', 'Sup\u00ADport'],
  ['a word joiner behind it', 'Support\u2060'],
  ['letters of mathematics', '𝓢𝓾𝓹𝓹𝓸𝓻𝓽'],
  ['quotes', '“Support”'],
])('a menu is answered with %s', (_, words) => {
  expect(read(words, choice({ content: 'Sales' }, { content: 'Support' }, { content: 'Human' }))).toEqual(sent('Support'));
});

const arabic = choice({ content: 'أحمد' }, { content: 'الدعم الفني' }, { content: 'إلغاء' });
const emoji = choice({ content: '👨‍👩‍👧 Family' }, { content: '👍 Yes' }, { content: '👎 No' });

test.each<[string, Partial<BotInput>, string, string]>([
  ['an Arabic label with a tatweel', arabic, 'الدعـــم الفني', 'الدعم الفني'],
  ['an Arabic label with a plain alef', arabic, 'الغاء', 'إلغاء'],
  ['a label by its emoji family', emoji, '👨‍👩‍👧', '👨‍👩‍👧 Family'],
  ['a label by its emoji in another skin tone', emoji, '👍🏽', '👍 Yes'],
  ['a label that is an emoji in another skin tone', choice({ content: '👍' }, { content: '👎' }), '👎🏿', '👎'],
  ['a label with a slash', choice({ content: 'Red / Blue' }, { content: 'Red' }), 'red/blue', 'Red / Blue'],
  ['a label with an ampersand', choice({ content: 'Black & White' }, { content: 'Black' }), 'black and white', 'Black & White'],
  ['a label with a comma', choice({ content: 'Sim, quero' }, { content: 'Não' }), 'SIM QUERO', 'Sim, quero'],
])('a choice takes %s', (_, input, words, expected) => {
  expect(read(words, input)).toEqual(sent(expected));
});

const dishes = {
  ...choice({ content: 'Salt, pepper' }, { content: 'Ham & cheese' }, { content: 'Rice e beans' }, { content: 'Red/blue' }),
  options: { isMultipleChoice: true },
};

test.each([
  ['salt, pepper', 'Salt, pepper'],
  ['Salt, pepper, Ham & cheese', 'Salt, pepper, Ham & cheese'],
  ['ham & cheese and red/blue', 'Ham & cheese, Red/blue'],
  ['rice e beans e salt pepper', 'Salt, pepper, Rice e beans'],
  ['1, ham cheese', 'Salt, pepper, Ham & cheese'],
  ['١ ٣', 'Salt, pepper, Rice e beans'],
])('of labels with separators in them, %j chooses %j', (words, expected) => {
  expect(read(words, dishes)).toEqual(sent(expected));
});
