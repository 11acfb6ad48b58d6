import { expect, test } from 'vitest';
import { clockIn, withClocks } from './clock.ts';

test.each([
  ['9', '09:00'],
  ['14:30', '14:30'],
  ['14.30', '14:30'],
  ['14h30', '14:30'],
  ['14:30h', '14:30'],
  ['14 hs', '14:00'],
  ['14 horas e 30 minutos', '14:30'],
  ['às 14h', '14:00'],
  ['por volta das 9', '09:00'],
  ['9 em ponto', '09:00'],
  ['pode ser às 9, por favor', '09:00'],
  ['nove e quinze', '09:15'],
  ['vinte e duas horas', '22:00'],
  ['vinte e duas e trinta', '22:30'],
  ['duas e meia da tarde', '14:30'],
  ['12 da noite', '00:00'],
  ['2 da madrugada', '02:00'],
  ['a las nueve y media', '09:30'],
  ['las 7 de la noche', '19:00'],
  ['meio-dia e meia', '12:30'],
  ['meia-noite', '00:00'],
])('the time of %j is %j', (words, expected) => {
  expect(clockIn(words)).toBe(expected);
});

test.each([
  '25h',
  '14:60',
  '-3',
  'vinte e cinco',
  'dez para as nove',
  'las tres menos cuarto',
  'depois das 14h',
  'não posso às 14h',
  'entre 9 e 10',
  'das 9 às 10',
  '9 ou 10',
  'sala 10',
  'de tarde',
])('%j is no time', (words) => {
  expect(clockIn(words)).toBeNull();
});

test.each([
  ['amanha as 14h30', 'amanha as 14:30'],
  ['amanha as nove e quinze', 'amanha as 9 e 15'],
  ['sexta as 2 e meia da tarde', 'sexta as 14:30'],
  ['14h 25/12/2026', '14:00 25/12/2026'],
  ['14h 25 de dezembro', '14:00 25 de dezembro'],
  ['amanha dez para as nove', 'amanha dez para as nove'],
])('the clocks in %j become %j', (words, expected) => {
  expect(withClocks(words)).toBe(expected);
});
