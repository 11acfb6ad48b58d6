import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { readDate } from './date.ts';
import { normaliseEmail } from './email.ts';
import { normaliseAddresses } from './file.ts';
import { readNumber } from './number.ts';
import { phoneIn } from './phone.ts';
import { readRating } from './rating.ts';
import { normaliseURL } from './url.ts';

/** Halves of surrogate pairs and controls included. */
const anyText = fc.array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 12 }).map((units) => String.fromCharCode(...units));

const words =
  'de a até amanhã depois maio 3 25/12 14h30 às sexta-feira R$ 1.234,5 0,5 9 +55 (11) 99999-0000 não e um Uhr le 25. Dezember mil k / 4/5 nota ٢ २';
const typed = fc.oneof(
  anyText,
  fc.string({ unit: 'grapheme' }),
  fc
    .array(fc.constantFrom(...words.split(' '), '@', 'ana@x.io', 'https://x.io', '<', '.', '4.', '⭐', '1,234', '-'), { maxLength: 6 })
    .map((parts) => parts.join(' ')),
  fc.stringMatching(/^[\d.,+ -]{0,14}$/),
);

test.each<[string, (text: string) => string | null]>([
  ['e-mail', normaliseEmail],
  ['URL', normaliseURL],
  ['addresses', normaliseAddresses],
  ['phone', (text) => phoneIn(text, '5511999990000', null) ?? ''],
  ['date', (text) => readDate(text, { hasTime: false, isRange: false, format: 'dd/MM/yyyy' })],
  ['day and time', (text) => readDate(text, { hasTime: true, isRange: false, format: '' })],
  ['range of dates', (text) => readDate(text, { hasTime: false, isRange: true, format: '' })],
])(
  'reading the %s that was sent again changes nothing',
  (_, read) => {
    fc.assert(
      fc.property(typed, (text) => {
        const once = read(text);
        expect(once === null ? null : read(once)).toBe(once);
      }),
      { numRuns: 3_000 },
    );
  },
  30_000,
);

test('numbers and ratings are read from anything', () => {
  fc.assert(
    fc.property(typed, (text) => {
      for (const locale of ['pt-BR', 'en']) expect(readNumber(text, locale) ?? '').toBeTypeOf('string');
      expect(['number', 'object', 'string']).toContain(typeof readRating(text, 5));
    }),
    { numRuns: 3_000 },
  );
}, 30_000);
