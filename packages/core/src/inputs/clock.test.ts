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
  ['*14h30*', '14:30'],
  ['\u200E14:30\u200E', '14:30'],
  ['١٤:٣٠', '14:30'],
  ['१४:३०', '14:30'],
  ['nove e quinze', '09:15'],
  ['vinte e duas horas', '22:00'],
  ['vinte e duas e trinta', '22:30'],
  ['duas e meia da tarde', '14:30'],
  ['12 da noite', '00:00'],
  ['2 da madrugada', '02:00'],
  ['a las nueve y media', '09:30'],
  ['las 3 y cuarto', '03:15'],
  ['las 7 de la noche', '19:00'],
  ['meio-dia e meia', '12:30'],
  ['meia-noite', '00:00'],
  ['15 Uhr', '15:00'],
  ['15 Uhr 30', '15:30'],
  ['um 15.30 Uhr', '15:30'],
  ['gegen 9', '09:00'],
  ['3 Uhr nachmittags', '15:00'],
  ['halb drei', '02:30'],
  ['Mittag', '12:00'],
  ['alle 15', '15:00'],
  ['alle ore 15:30', '15:30'],
  ['3 del pomeriggio', '15:00'],
  ['mezzogiorno', '12:00'],
  ['15h', '15:00'],
  ['à 15h30', '15:30'],
  ['15 heures 30', '15:30'],
  ['3 heures et demie', '03:30'],
  ['9 du soir', '21:00'],
  ['minuit', '00:00'],
  ['2pm', '14:00'],
  ['2:30 p.m.', '14:30'],
  ['at 9 in the evening', '21:00'],
  ['half past two', '02:30'],
  ['noon', '12:00'],
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
  'viertel vor drei',
  'ten to nine',
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
  ['amanha as nove e quinze', 'amanha as 9:15'],
  ['sexta as 2 e meia da tarde', 'sexta as 14:30'],
  ['25 dicembre alle 15', '25 dicembre alle 15:00'],
  ['25.12.2027 um 15 uhr', '25.12.2027 um 15:00'],
  ['14h 25/12/2026', '14:00 25/12/2026'],
  ['14h 25 de dezembro', '14:00 25 de dezembro'],
  ['amanha dez para as nove', 'amanha dez para as nove'],
])('the clocks in %j become %j', (words, expected) => {
  expect(withClocks(words)).toBe(expected);
});
