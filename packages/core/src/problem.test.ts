import { expect, test } from 'vitest';
import { z } from 'zod';
import { sentencesOf } from './problem.ts';

function told(schema: z.ZodType, value: unknown): string[] {
  return sentencesOf(schema.safeParse(value).error?.issues ?? [], value, 'the body');
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
  ['text', 1, 'Expected `text` to be text, got 1'],
  ['text', 'a', 'Expected `text` to be text of at least 2 characters, got "a"'],
  ['text', 'abcd', 'Expected `text` to be text of at most 3 characters, got "abcd"'],
  ['text', null, 'Expected `text` to be text, got null'],
  ['text', { a: 1 }, 'Expected `text` to be text, got an object of 1 field'],
  ['number', 0, 'Expected `number` to be at least 1, got 0'],
  ['number', 10, 'Expected `number` to be at most 9, got 10'],
  ['speed', 0, 'Expected `speed` to be more than 0, got 0'],
  ['list', [], 'Expected `list` to be a list of at least 1 entry, got a list of 0'],
  ['list', [true, true, true], 'Expected `list` to be a list of at most 2 entries, got a list of 3'],
  ['list', [1], 'Expected `list[0]` to be true or false, got 1'],
  ['word', 'c', 'Expected `word` to be `a` or `b`, got "c"'],
  ['either', true, 'Expected `either` to be text or a number, got true'],
  ['form', { a: 1 }, 'Expected `form.a` to be text, got 1'],
  ['form', [1], 'Expected `form[0]` to be text, got 1'],
  ['named', { '': 'x' }, 'Expected `named.` to be named by text of at least 1 character, got "x"'],
  ['id', 'abc', 'Expected `id` to be a UUID, got "abc"'],
  ['at', 'soon', 'Expected `at` to be a time such as `2026-01-31T12:00:00Z`, got "soon"'],
  ['code', '1', 'Expected `code` to be small letters, got "1"'],
  ['own', 'y', 'Expected `own` to be the letter x, got "y"'],
  ['new', 1, 'Expected no field `new`, got 1'],
])('%s: %j', (field, value, sentence) => {
  expect(told(schema, { ...good, [field]: value })).toEqual([sentence]);
});

test('a missing field is required', () => {
  const { text: _left, ...rest } = good;
  expect(told(schema, rest)).toEqual(['`text` is required: text']);
});

test('the body itself is called so', () => {
  expect(told(schema, 'x')).toEqual(['Expected the body to be an object, got "x"']);
});

test('a long value is cut, and never in the middle of a character', () => {
  const [sentence = ''] = told(schema, { ...good, text: `${'x'.repeat(59)}😀${'x'.repeat(100)}` });
  expect(sentence.length).toBeLessThan(150);
  expect(sentence.isWellFormed()).toBe(true);
});

test.each([
  ['password', 'hunter2'],
  ['text', 'https://ana:hunter2@example.com'],
  ['word', 'postgres://hunter2@example.com'],
  ['apiToken', 'hunter2'],
])('a secret in %s is not repeated', (field, value) => {
  const [sentence = ''] = told(schema, { ...good, [field]: value });
  expect(sentence).toContain(`\`${field}\``);
  expect(sentence).not.toContain('hunter2');
});

test('a value that is missing is named and said to be required', () => {
  expect(told(schema, undefined)).toEqual(['the body is required: an object']);
});

test('of very many sentences the first are told, and how many are left', () => {
  const sentences = told(z.strictObject({}), Object.fromEntries(Array.from({ length: 50 }, (_, n) => [`f${n}`, n])));
  expect(sentences).toHaveLength(21);
  expect(sentences.at(-1)).toBe('There are 30 more problems');
});
