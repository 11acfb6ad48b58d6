import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { emojiIn, fold, foldToLetters, foldToWords, isBlank, keywordForm, plain, visible } from './normalise.ts';

test.each([
  ['zero-width signs', '\u200Bana@example.com\u200B', 'ana@example.com'],
  ['directions', '\u202A25\u202C', '25'],
  ['a byte order mark', '\uFEFFSair', 'Sair'],
  ['a word joiner', 'Support\u2060', 'Support'],
  ['a soft hyphen', 'Sup\u00ADport', 'Support'],
  ['a tatweel', 'الدعـــم', 'الدعم'],
  ['a null byte', 'Bru\0no', 'Bruno'],
  ['Arabic digits', '٢٥/١٢/٢٠٢٦', '25/12/2026'],
  ['Persian digits', '۱۲۳۴۵۶۷۸۹۰', '1234567890'],
  ['Devanagari digits', '१४:३०', '14:30'],
  ['Bengali digits', '২৫', '25'],
  ['Thai digits', '๙', '9'],
  ['full-width signs', '２＠ｘ', '2@x'],
  ['mathematical digits', '𝟐𝟡', '29'],
  ['narrow spaces', '1\u202F234\u00A0567', '1 234 567'],
  ['another minus', '−5', '-5'],
  ['typographic apostrophes', 'o’brien', "o'brien"],
])('what can be seen of a text with %s', (_, text, expected) => {
  expect(visible(text)).toBe(expected);
});

test.each([
  ['*2*', '2'],
  ['_support_', 'support'],
  ['`2`', '2'],
  ['```Support```', 'Support'],
  ['*_~2~_*', '2'],
  ['“Sim”', 'Sim'],
  ['( 2 )', '2'],
  ['*2', '*2'],
  ['**', '**'],
])('%j is plainly %j', (text, expected) => {
  expect(plain(text)).toBe(expected);
});

test.each([
  ['OLÁ', 'ola'],
  ['إلغاء', 'الغاء'],
  ['Straße', 'STRASSE'],
  ['👍🏽', '👍'],
  ['𝓢𝓾𝓹𝓹𝓸𝓻𝓽', 'support'],
  ['②', '2'],
  ['²', '2'],
  ['کتاب', 'كتاب'],
])('%j and %j are the same to a person', (one, other) => {
  expect(fold(one)).toBe(fold(other));
});

test.each(['*Sair*', 'Sair.', 'SAIR 👋', '\u200Esair', '“sair”', 'sair!!!', '_*sair*_', 'sáir', ' sair ', '¡Sair!'])(
  '%j is the keyword sair',
  (text) => {
    expect(keywordForm(text)).toBe('sair');
  },
);

test.each(['#sair', '/sair', '!sair', 'sair agora', 'não sair', '👋'])('%j is another keyword than sair', (text) => {
  expect(keywordForm(text)).not.toBe('sair');
  expect(keywordForm(text)).not.toBe('');
});

test.each(['', ' ', '\u200B', '\u2800', '\u3164', '\u00AD\u2060', '\uFEFF \u200F'])('%j shows nothing', (text) => {
  expect(isBlank(text)).toBe(true);
});

test('emoji families and skin tones come out in one form', () => {
  expect(emojiIn('👨‍👩‍👧 Family')).toBe(emojiIn('👨‍👩‍👧'));
  expect(emojiIn('👍🏿 Yes')).toBe(emojiIn('👍'));
  expect(emojiIn('1 a')).toBe('');
});

const forms: [string, (text: string) => string][] = [
  ['visible', visible],
  ['plain', plain],
  ['fold', fold],
  ['foldToWords', foldToWords],
  ['foldToLetters', foldToLetters],
  ['keywordForm', keywordForm],
];
/** Halves of surrogate pairs and controls included. */
const units = fc.array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 12 }).map((codes) => String.fromCharCode(...codes));
const signs = fc
  .array(
    fc.constantFrom('*', '_', '`', '"', '(', ')', '٢', '२', '👍🏽', '👨‍👩‍👧', '\u200D', '\u200B', 'ß', 'إ', 'a', '1', '.', '!', ' ', '\n', '²'),
  )
  .map((parts) => parts.join(''));

test.each(forms)(
  '%s changes nothing when it is applied again',
  (_, form) => {
    fc.assert(
      fc.property(fc.oneof(units, signs, fc.string({ unit: 'grapheme' })), (text) => {
        expect(form(form(text))).toBe(form(text));
      }),
      { numRuns: 3_000 },
    );
  },
  30_000,
);

test('the steps taken for a hostile text grow with its length and not with the square of it', () => {
  // A measure without a clock: a pattern that backtracks over the square of 64 KiB does not come to its end within the test's time.
  for (const part of ['*', '_ ', '\u200B', '٢', '👍🏽', '!', '\u0301', ' ', '(', '. ', '👨‍👩‍👧', '\u0640']) {
    const hostile = part.repeat(Math.floor(65_536 / part.length));
    for (const [, form] of forms) {
      for (const text of [hostile, `a${hostile}`, `${hostile}a`, `a${hostile}b`])
        expect(form(text).length).toBeLessThanOrEqual(2 * text.length);
    }
    isBlank(hostile);
    emojiIn(hostile);
  }
}, 30_000);
