import { expect, test } from 'vitest';
import { parseAdvanced } from './advanced-filter.ts';

test('operators and values are read folded, in the order they stand', () => {
  expect(parseAdvanced('contains:Olá, bom dia notcontains:"a, b: c",d EXACT:Sim')).toEqual({
    type: 'terms',
    terms: [
      { operator: 'contains', values: ['ola', 'bom dia'] },
      { operator: 'notcontains', values: ['a, b: c', 'd'] },
      { operator: 'exact', values: ['sim'] },
    ],
  });
});

test('a colon inside a word makes no operator of it', () => {
  expect(parseAdvanced('contains:http://x,at 10:30')).toEqual({
    type: 'terms',
    terms: [{ operator: 'contains', values: ['http://x', 'at 10:30'] }],
  });
});

test('what is a beginning of the other is no contradiction', () => {
  expect(parseAdvanced('startswith:oi,oi bot').type).toBe('terms');
});

test.each([
  ['hello', /begins with an operator .*such as `contains:hello`/],
  ['   ', /begins with an operator/],
  ['hello contains:a', /begins with an operator/],
  [',contains:a', /begins with an operator/],
  ['contain:a', /`contain:` is none of them/],
  ['contains:a foo:b', /`foo:` is none of them \(words with a colon go in double quotes\)/],
  ['contains:', /without an empty value, and `contains:` has one/],
  ['contains:a,,b', /without an empty value, and `contains:` has one/],
  ['contains:a,', /without an empty value, and `contains:` has one/],
  ['contains:a exact:', /without an empty value, and `exact:` has one/],
  ['contains:"  "', /without an empty value/],
  ['contains:"a', /every double quote is closed/],
  ['exact:a,b', /none can be all of `exact:a,b` at once \(one of them is `exact:a exact:b`\)/],
  ['startswith:a,b', /none can be all of `startswith:a,b` at once/],
  ['endswith:a,b', /none can be all of `endswith:a,b` at once/],
])('%j is refused with what was expected', (value, expected) => {
  expect(parseAdvanced(value)).toEqual({ type: 'problem', expected: expect.stringMatching(expected) });
});
