import { expect, test } from 'vitest';
import { readJson } from './json.ts';

test.each(['', ' ', '<html>', '{', '{"a":', 'undefined', '"\\', '"open', '[1,]', '{"a":1} {"b":2}'])('%j is not JSON', (text) => {
  expect(readJson(text)).toBeUndefined();
});

test.each([
  ['{"a":[1,"x",null,true]}', { a: [1, 'x', null, true] }],
  ['null', null],
  ['"a \\" [[[ quote"', 'a " [[[ quote'],
  ['"ends in backslashes \\\\\\\\"', 'ends in backslashes \\\\'],
  ['["\\\\","[["]', ['\\', '[[']],
])('%s is read', (text, value) => {
  expect(readJson(text)).toEqual(value);
});

test('a value may have 200 levels but not one more', () => {
  expect(readJson('['.repeat(200) + ']'.repeat(200))).toBeDefined();
  expect(readJson('['.repeat(201) + ']'.repeat(201))).toBeUndefined();
  expect(readJson(`${'{"a":'.repeat(500_000)}1${'}'.repeat(500_000)}`)).toBeUndefined();
});

test('brackets inside a text and side by side do not count as levels', () => {
  expect(readJson(JSON.stringify('[{'.repeat(1_000)))).toHaveLength(2_000);
  expect(readJson(`[${Array.from({ length: 1_000 }, () => '{}').join()}]`)).toHaveLength(1_000);
});

test.each([
  ['NUL', '"a\\u0000b"', 'a\uFFFDb'],
  ['a NUL in a name', '{"a\\u0000":1}', { 'a\uFFFD': 1 }],
  ['half an emoji, first half', '"a\\ud83d!"', 'a\uFFFD!'],
  ['half an emoji, second half', '"\\uDE00a"', '\uFFFDa'],
  ['halves the wrong way round', '"\\ude00\\ud83d"', '\uFFFD\uFFFD'],
  ['a half before a whole emoji', '"\\ud83d\\ud83d\\ude00"', '\uFFFD\u{1F600}'],
])('%s is replaced, because no database stores it', (_case, text, value) => {
  expect(readJson(text)).toEqual(value);
});

test.each([
  ['a whole escaped emoji', '"\\ud83d\\ude00"', '\u{1F600}'],
  ['other escapes', '"\\u00e9\\n\\u001f"', '\u00e9\n\u001f'],
  ['a backslash before u0000', '"\\\\u0000"', '\\u0000'],
  ['an escaped backslash before a real escape', '"\\\\\\u00e9"', '\\\u00e9'],
])('%s is kept', (_case, text, value) => {
  expect(readJson(text)).toBe(value);
});
