import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { clip, codePoints, limits, splitText, storable, uniqueTitles } from './whatsapp.ts';

const family = '👨‍👩‍👧‍👦';
const words = fc.oneof(fc.string({ unit: 'grapheme', maxLength: 60 }), fc.lorem({ maxCount: 12 }), fc.constant(family.repeat(5)));

test.each([
  ['short text as it is', 'Vendas', 20, 'Vendas'],
  ['long text', 'Falar com um atendente humano', 20, 'Falar com um atende…'],
  ['no space before the dots', 'Falar com um atender humano', 13, 'Falar com um…'],
  ['a family of emoji, whole or not at all', `abc${family}${family}`, 11, `abc${family}…`],
  ['an accent written apart', `${'e\u0301'.repeat(3)}xy`, 6, `${'e\u0301'.repeat(2)}…`],
])('clips %s', (_, text, max, expected) => {
  expect(clip(text, max)).toBe(expected);
});

test('every label gets a title that fits and is unique', () => {
  const labels = fc.array(fc.oneof(words, fc.constantFrom('Yes', 'Yes (2)', 'A very long label indeed, number')), { maxLength: 12 });
  fc.assert(
    fc.property(labels, fc.constantFrom(limits.buttonTitle, limits.rowTitle), (all, max) => {
      const titles = uniqueTitles(all, max);
      expect(titles).toHaveLength(all.length);
      expect(new Set(titles).size).toBe(all.length);
      for (const title of titles) expect(codePoints(title)).toBeLessThanOrEqual(max);
    }),
  );
});

test('equal labels get different titles', () => {
  expect(uniqueTitles(['Sim', 'Sim', 'Uma opção comprida demais', 'Uma opção comprida demais mesmo'], 20)).toEqual([
    'Sim',
    'Sim (2)',
    'Uma opção comprida…',
    'Uma opção compr… (2)',
  ]);
});

test.each([
  ['between paragraphs', 'aaaa bb\n\ncccc\ndd', 15, ['aaaa bb', 'cccc\ndd']],
  ['else between lines', 'aaaa bb\ncccc dd', 12, ['aaaa bb', 'cccc dd']],
  ['else between words', 'aaaa bbbb cccc', 10, ['aaaa bbbb', 'cccc']],
  ['else between characters', 'aaaabbbb', 5, ['aaaab', 'bbb']],
  ['right where the limit falls on a border', 'aaaa bbbb', 4, ['aaaa', 'bbbb']],
  ['between emoji, never inside one', `${family}${family}`, 14, [family, family]],
])('splits a long text %s', (_, text, max, expected) => {
  expect(splitText(text, max)).toEqual(expected);
});

test('pieces fit and lose only white space', () => {
  const text = fc.array(fc.oneof(words, fc.constantFrom('\n\n', '\n', ' ')), { maxLength: 30 }).map((parts) => parts.join(''));
  fc.assert(
    fc.property(text, fc.integer({ min: 12, max: 200 }), (whole, max) => {
      const pieces = splitText(whole, max);
      expect(pieces.join('').replace(/\s/gu, '')).toBe(whole.replace(/\s/gu, ''));
      for (const piece of pieces) {
        expect(piece.length).toBeLessThanOrEqual(max);
        expect(piece.trim()).not.toBe('');
        expect(piece.isWellFormed()).toBe(true);
      }
    }),
  );
});

test('a grapheme longer than a message is cut between code points', () => {
  const monster = `a${'\u{1F3FD}'.repeat(3_000)}`;
  const pieces = splitText(monster);
  expect(pieces.join('')).toBe(monster);
  for (const piece of pieces) expect(piece.isWellFormed()).toBe(true);
});

test('characters that the database cannot store are removed', () => {
  expect(storable('a\0b')).toBe('ab');
  expect(storable('a\uD83Db')).toBe('a\uFFFDb');
  expect(storable(family)).toBe(family);
});
