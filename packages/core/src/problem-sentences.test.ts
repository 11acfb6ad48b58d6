import { expect, test } from 'vitest';
import { z } from 'zod';
import { sentencesOf } from './problem-sentences.ts';

function sentences(schema: z.ZodType, value: unknown): string[] {
  return sentencesOf(schema.safeParse(value).error?.issues ?? [], value, 'The body');
}

const schema = z.strictObject({
  text: z.string().min(2).max(3),
  number: z.number().min(1).max(9),
  speed: z.number().positive(),
  list: z.array(z.boolean()).min(1).max(2),
  word: z.enum(['a', 'b']),
  either: z.union([z.string(), z.number()]),
  form: z.union([z.object({ a: z.string() }), z.array(z.string())]),
  named: z.record(z.string().min(1), z.string()),
  password: z.string().max(3),
  id: z.uuid(),
  at: z.iso.datetime(),
  code: z.string().regex(/^[a-z]+$/, 'small letters'),
  own: z.string().refine((text) => text === 'x', 'the letter x'),
});
const good = {
  text: 'ab',
  number: 1,
  speed: 1,
  list: [true],
  word: 'a',
  either: 1,
  form: { a: 'x' },
  named: {},
  password: 'x',
  own: 'x',
  id: '0b4c1a52-6a0e-4e0c-8a3c-5d0e2f9b7c11',
  at: '2026-01-01T00:00:00Z',
  code: 'a',
};

test.each<[string, unknown, string]>([
  ['text', 1, '`text` must be text, but got 1'],
  ['text', 'a', '`text` must be text of at least 2 characters, but got "a"'],
  ['text', 'abcd', '`text` must be text of at most 3 characters, but got "abcd"'],
  ['text', null, '`text` must be text, but got null'],
  ['text', { a: 1 }, '`text` must be text, but got an object of 1 field'],
  ['number', 0, '`number` must be at least 1, but got 0'],
  ['number', 10, '`number` must be at most 9, but got 10'],
  ['speed', 0, '`speed` must be more than 0, but got 0'],
  ['list', [], '`list` must be a list of at least 1 entry, but got a list of 0'],
  ['list', [true, true, true], '`list` must be a list of at most 2 entries, but got a list of 3'],
  ['list', [1], '`list.0` must be true or false, but got 1'],
  ['word', 'c', '`word` must be `a` or `b`, but got "c"'],
  ['either', true, '`either` must be text or a number, but got true'],
  ['form', { a: 1 }, '`form.a` must be text, but got 1'],
  ['form', [1], '`form.0` must be text, but got 1'],
  ['named', { '': 'x' }, '`named.` must be named by text of at least 1 character, but got "x"'],
  ['id', 'abc', '`id` must be a UUID, but got "abc"'],
  ['at', 'soon', '`at` must be a time such as `2026-01-31T12:00:00Z`, but got "soon"'],
  ['code', '1', '`code` must be small letters, but got "1"'],
  ['own', 'y', '`own` must be the letter x, but got "y"'],
  ['new', 1, '`new` is not a known field'],
])('%s: %j', (field, value, sentence) => {
  expect(sentences(schema, { ...good, [field]: value })).toEqual([sentence]);
});

test('a missing field is required', () => {
  const { text: _left, ...rest } = good;
  expect(sentences(schema, rest)).toEqual(['`text` is required']);
});

test('the body itself is called so', () => {
  expect(sentences(schema, 'x')).toEqual(['The body must be an object, but got "x"']);
});

test('a long value is cut, and never in the middle of a character', () => {
  const [sentence = ''] = sentences(schema, { ...good, text: `${'x'.repeat(59)}😀${'x'.repeat(100)}` });
  expect(sentence.length).toBeLessThan(150);
  expect(sentence.isWellFormed()).toBe(true);
});

test.each([
  ['password', 'hunter2'],
  ['text', 'https://ana:hunter2@example.com'],
  ['word', 'postgres://hunter2@example.com'],
  ['apiToken', 'hunter2'],
])('a secret in %s is not repeated', (field, value) => {
  const [sentence = ''] = sentences(schema, { ...good, [field]: value });
  expect(sentence).toContain(`\`${field}\``);
  expect(sentence).not.toContain('hunter2');
});

test('of very many sentences the first are told, and how many are left', () => {
  const all = sentences(z.strictObject({}), Object.fromEntries(Array.from({ length: 50 }, (_, n) => [`f${n}`, n])));
  expect(all).toHaveLength(21);
  expect(all.at(-1)).toBe('30 more problems are not listed');
});
