import { expect, test } from 'vitest';
import { matches, patternProblem } from './pattern.ts';

test.each([
  ['\\d{4}$', 'pedido 1234', true],
  ['^\\d{4}', 'pedido 1234', false],
  ['Oi', 'oi', false],
  ['(?i)Oi', 'e oi', true],
  ['^ol[aá]$', 'olá', true],
  ['^.$', '😀', true],
  ['\\p{Lu}', 'abC', true],
  ['a.c', 'a\nc', false],
])('%s in %j: %s', (pattern, text, expected) => {
  expect(matches(pattern, text)).toBe(expected);
  expect(matches(pattern, text)).toBe(expected);
});

test('of a long text the first 4,096 characters are looked at', () => {
  expect(matches('x', `${'a'.repeat(4_095)}x`)).toBe(true);
  expect(matches('x', `${'a'.repeat(4_096)}x`)).toBe(false);
});

test('a pattern is understood also after a thousand others', () => {
  expect(matches('^first$', 'first')).toBe(true);
  for (let other = 0; other < 1_100; other += 1) expect(matches(`^${other}$`, String(other))).toBe(true);
  expect(matches('^first$', 'first')).toBe(true);
});

test.each([
  ['a(?=b)', 'a pattern without look-ahead and look-behind, which RE2, the engine that never takes long, does not have'],
  ['a(?!b)', /^a pattern without look-ahead and look-behind/],
  ['(?<=a)b', /^a pattern without look-ahead and look-behind/],
  ['(?<!a)b', /^a pattern without look-ahead and look-behind/],
  ['(a)\\1', /^a pattern without back references/],
  ['(?<name>a)\\k<name>', /^a pattern without back references/],
  ['(?>a)', /^a pattern without atomic groups/],
  ['a{1001}', /^a pattern without repetitions of more than 1,000 times/],
  ['(a{1000}){1000}', /^a pattern without repetitions of more than 1,000 times/],
  ['a{301}', /^a pattern of at most 300 instructions when its repetitions are written out, and it takes 30\d$/],
  ['(', 'a pattern in RE2 syntax (missing closing ): `(`)'],
  ['[a', /^a pattern in RE2 syntax \(missing closing \]/],
  ['*', /^a pattern in RE2 syntax \(missing argument to repetition operator/],
  ['\\Z', /^a pattern in RE2 syntax \(invalid escape sequence: `\\Z`\)$/],
  ['a'.repeat(257), 'a pattern of at most 256 characters'],
])('%s is refused with what was expected', (pattern, expected) => {
  const problem = patternProblem(pattern);
  if (typeof expected === 'string') expect(problem).toBe(expected);
  else expect(problem).toMatch(expected);
  expect(matches(pattern, 'aaa')).toBe(false);
});

test.each([['^(oi|ol[aá])\\b'], ['(?<name>a)'], ['a'.repeat(256)], ['\\pL{1,100}'], ['']])('%s can be used', (pattern) => {
  expect(patternProblem(pattern)).toBeNull();
});

/** 64 KiB of letters, with a sign at the end of what is looked at. */
const long = `${'a'.repeat(4_095)}!${'a'.repeat(61_440)}`;

test.each([
  ['^(a+)+$', false],
  ['^(a*)*$', false],
  ['^(a|aa)+$', false],
  ['^(a|a?)+$', false],
  ['^(a|a|a|a)*b', false],
  ['^(.*a){12}$', false],
  ['(.*)*x', false],
  ['(.*.*.*.*.*.*)=', false],
  ['.*.*=.*', false],
  ['(a+a+)+y', false],
  ['^((a+)+)+$', false],
  ['^(([a-z])+.)+[A-Z]([a-z])+$', false],
  ['([a-z]+)*\\d', false],
  ['^(\\w+\\s?)*$', false],
  ['^(\\w+\\s?)*!$', true],
  ['(\\d+)*[^\\d]x', false],
  ['^([a-zA-Z0-9])(([\\-.]|[_]+)?([a-zA-Z0-9]+))*(@){1}[a-z0-9]+[.]{1}$', false],
  ['^(?:a?){40}a{40}$', false],
  ['(a?b?){40}c', false],
  ['(a|b|ab)*c', false],
  ['[ab].{5,60}[ab].{50,100}[^ab]', true],
  ['(\\pL|\\pN){80}[^a]$', true],
  ['([ab]|[bc]|[cd]){70}[0-9]', false],
  ['.{0,120}[0-9]', false],
  ['[\\s\\S]*?[\\s\\S]*?z', false],
  ['(?s)(.*)(.*)(.*)z$', false],
  ['(?i)(ſ|s|k|a)*z$', false],
  ['\\b(a|\\b)*\\bz', false],
  ['(?:(?:(?:a*)*)*)*z', false],
  ['(?:a{0,11}){0,11}b$', false],
])('%s, on which engines with back-tracking work for ever, returns %s', (pattern, found) => {
  expect(patternProblem(pattern)).toBeNull();
  expect(matches(pattern, long)).toBe(found);
});
