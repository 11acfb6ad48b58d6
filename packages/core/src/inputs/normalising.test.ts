import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { normaliseDate } from './date.ts';
import { normaliseEmail } from './email.ts';
import { normaliseAddresses } from './file.ts';
import { fold, foldToWords } from './fold.ts';
import { normaliseNumber } from './number.ts';
import { normalisePhone } from './phone.ts';
import { normaliseRating } from './rating.ts';
import { normaliseTime } from './time.ts';
import { normaliseURL } from './url.ts';

/** Halves of surrogate pairs and controls included. */
const anyText = fc.array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 12 }).map((units) => String.fromCharCode(...units));

const words = [
  'de',
  'a',
  'até',
  'amanhã',
  'depois',
  'maio',
  '3',
  '25/12',
  '14h30',
  'às',
  'sexta-feira',
  'R$',
  '1.234,5',
  '0,5',
  '9',
  '+55',
  '(11)',
  '99999-0000',
];
const typed = fc.oneof(
  anyText,
  fc.string({ unit: 'grapheme' }),
  fc
    .array(fc.constantFrom(...words, '@', 'ana@x.io', 'https://x.io', '<', '.', '4.', '⭐', 'um', 'estrelas', '1,234', '-'), {
      maxLength: 6,
    })
    .map((parts) => parts.join(' ')),
  fc.stringMatching(/^[\d.,+ -]{0,14}$/),
);

test.each([
  ['25/12 de 28/12', '25/12 to 28/12'],
  ['às de um', 'às de um'],
  ['x de de 9', 'x 9'],
])('a range of dates written %j is %j, however often it is read', (text, expected) => {
  const normalise = (each: string) => normaliseDate(each, { hasTime: true, isRange: true });
  expect(normalise(text)).toBe(expected);
  expect(normalise(expected)).toBe(expected);
});

test.each<[string, (text: string) => string]>([
  ['fold', fold],
  ['fold to words', foldToWords],
  ['number in Portuguese', (text) => normaliseNumber(text, 'pt-BR')],
  ['number in English', (text) => normaliseNumber(text, 'en')],
  ['e-mail', normaliseEmail],
  ['URL', normaliseURL],
  ['addresses', normaliseAddresses],
  ['phone', (text) => normalisePhone(text, false)],
  ['phone of a country', (text) => normalisePhone(text, true)],
  ['date', (text) => normaliseDate(text, { hasTime: false, isRange: false })],
  ['range of dates with times', (text) => normaliseDate(text, { hasTime: true, isRange: true })],
  ['time', normaliseTime],
  ['rating', normaliseRating],
])('normalising a %s again changes nothing', (_, normalise) => {
  fc.assert(
    fc.property(typed, (text) => {
      const once = normalise(text);
      expect(normalise(once)).toBe(once);
    }),
    { numRuns: 3_000 },
  );
});
