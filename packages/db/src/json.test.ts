import { expect, test } from 'vitest';
import fc from 'fast-check';
import { toJsonb, toText } from './json.ts';

test.each([
  ['U+0000', 'a\u0000b', 'a\uFFFDb'],
  ['a lone high surrogate', 'a\ud83d', 'a\uFFFD'],
  ['a lone low surrogate', '\ude00b', '\uFFFDb'],
  ['a whole emoji', '😀', '😀'],
  ['a written escape', String.raw`\u0000`, String.raw`\u0000`],
])('%s is stored in a form that PostgreSQL accepts', (_, given, stored) => {
  expect(JSON.parse(toJsonb({ [given]: [given] }))).toEqual({ [stored]: [stored] });
  expect(toText(given)).toBe(stored);
});

test('well-formed values are stored unchanged', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const json = JSON.stringify(value);
      fc.pre(!/\\u(0000|d[89a-f])/i.test(json));
      expect(toJsonb(value)).toBe(json);
    }),
  );
});
