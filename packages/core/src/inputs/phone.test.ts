import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { phoneIn } from './phone.ts';

const brazilian = '5511988887777';
const british = '447911123456';

test.each<[string, string, string | null, string]>([
  ['51 98888-7777', brazilian, null, '+5551988887777'],
  ['(11) 98888-7777', brazilian, null, '+5511988887777'],
  ['011 98888-7777', brazilian, null, '+5511988887777'],
  ['51 3333-4444', brazilian, null, '+555133334444'],
  ['5551988887777', brazilian, null, '+5551988887777'],
  ['meu telefone é 11 99999-0000', brazilian, null, '+5511999990000'],
  ['٠٠٩٧١٥٠١٢٣٤٥٦٧', brazilian, null, '+971501234567'],
  ['१1 98888-7777', brazilian, null, '+5511988887777'],
  ['0055 11 99999 0000', '', null, '+5511999990000'],
  ['*+55 11 98888-7777*', british, null, '+5511988887777'],
  ['\u202A+55 11 98888\u20117777\u202C', british, null, '+5511988887777'],
  ['+55 (0) 11 98888-7777', british, null, '+5511988887777'],
  ['tel:+5511988887777', british, null, '+5511988887777'],
  ['07911 123456', british, 'BR', '+447911123456'],
  ['11 98888-7777', british, 'BR', '+5511988887777'],
  ['06 12 34 56 78', '33612345678', null, '+33612345678'],
  ['0151 23456789', '4915123456789', null, '+4915123456789'],
  ['(416) 200-1234', '14155552671', null, '+14162001234'],
  ['11 99999-0000', '', 'BR', '+5511999990000'],
  ['5511999990000', '', 'BR', '+5511999990000'],
  ['5511999990000', '', null, '+5511999990000'],
])('%j written by %j, with the default country %s, is %s', (text, contact, country, expected) => {
  expect(phoneIn(text, contact, country)).toBe(expected);
  expect(phoneIn(expected, contact, country)).toBe(expected);
});

test.each<[string, string]>([
  ['972 50 123 4567', brazilian],
  ['98888-7777', brazilian],
  ['51988887777', ''],
  ['123', brazilian],
  ['não tenho', brazilian],
])('in %j, written by %j, no country is guessed', (text, contact) => {
  expect(phoneIn(text, contact, null)).toBeNull();
});

test('with every Brazilian area code, a number without country code stays in Brazil', () => {
  const areas = [11, 21, 27, 31, 34, 41, 44, 47, 48, 49, 51, 53, 54, 61, 62, 63, 64, 65, 66, 71, 73, 81, 82, 84, 86, 91, 92, 94, 95, 98];
  fc.assert(
    fc.property(fc.constantFrom(...areas), fc.integer({ min: 1_000, max: 9_999 }), (area, end) => {
      expect(phoneIn(`${area} 98888-${end}`, brazilian, null)).toBe(`+55${area}98888${end}`);
    }),
  );
});
