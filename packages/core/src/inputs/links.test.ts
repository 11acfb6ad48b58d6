import { expect, test } from 'vitest';
import { normaliseEmail } from './email.ts';
import { normaliseURL } from './url.ts';

test.each([
  [' ANA@Example.com ', 'ANA@Example.com'],
  ['meu email é ana@example.com.', 'ana@example.com'],
  ['my mail is <ana@example.com>.', 'ana@example.com'],
  ['<mailto:ana@example.com>', 'ana@example.com'],
  ['mailto:ana@example.com', 'ana@example.com'],
  ['*ana@example.com*', 'ana@example.com'],
  ['_ana@example.com_', 'ana@example.com'],
  ["'ana@example.com'", 'ana@example.com'],
  ['"ana@example.com"', 'ana@example.com'],
  ['(ana@example.com)', 'ana@example.com'],
  ['ana@example.com,', 'ana@example.com'],
  ['ana@example.com!', 'ana@example.com'],
  ['\u200Bana@example.com\u200B', 'ana@example.com'],
  ['\u2060ana@example.com\u200E', 'ana@example.com'],
  ['\uFEFFana@exa\u00ADmple.com', 'ana@example.com'],
  ['ana＠example．com', 'ana@example.com'],
  ['ana @ example . com', 'ana@example.com'],
  ['ana@ example.com', 'ana@example.com'],
  ["o'brien@example.com", "o'brien@example.com"],
  ['o’brien@example.com', "o'brien@example.com"],
  ['_ana_b@example.com', '_ana_b@example.com'],
  ['ana@example.com or bob@example.com', 'ana@example.com or bob@example.com'],
  [' not an email ', 'not an email'],
  ['@', '@'],
])('of %j the address is %j', (text, expected) => {
  expect(normaliseEmail(text)).toBe(expected);
  expect(normaliseEmail(expected)).toBe(expected);
});

test.each([
  [' example.com ', 'example.com'],
  ['example.com.', 'example.com'],
  ['*example.com*', 'example.com'],
  ['here: https://example.com/a?b=1 ok', 'https://example.com/a?b=1'],
  ['https://example.com/x,', 'https://example.com/x'],
  ['https://example.com/x.', 'https://example.com/x'],
  ['(https://example.com/x)', 'https://example.com/x'],
  ['https://example.com/x);', 'https://example.com/x'],
  ['https://example.com/x_(y)', 'https://example.com/x_(y)'],
  ['https://example.com/x!', 'https://example.com/x'],
  ['_https://example.com/a_', 'https://example.com/a'],
  ['*https://example.com/a*', 'https://example.com/a'],
  ['https://example.com/a_', 'https://example.com/a_'],
  ['<https://example.com/a>', 'https://example.com/a'],
  ['"https://example.com/a"', 'https://example.com/a'],
  ['\u200Bhttps://example.com/a\u2060', 'https://example.com/a'],
  ['o site é www.example.com, ok?', 'www.example.com'],
  ['http://a.io http://b.io', 'http://a.io http://b.io'],
])('of %j the web address is %j', (text, expected) => {
  expect(normaliseURL(text)).toBe(expected);
  expect(normaliseURL(expected)).toBe(expected);
});
