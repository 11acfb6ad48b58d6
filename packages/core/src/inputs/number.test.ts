import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { spelledNumber } from './number-words.ts';
import { readNumber } from './number.ts';

/** What Typebot keeps of a number input's answer. */
const kept = (text: string, locale: string) => {
  const sent = readNumber(text, locale);
  if (sent === null) return 'unclear';
  const value = parseFloat(sent.replace(',', '.'));
  return Number.isNaN(value) ? 'refused' : sent.startsWith('0') ? sent : String(value);
};

test.each<[string, string, string?]>([
  ['25', '25'],
  [' 42 ', '42'],
  ['*25*', '25'],
  ['“25”', '25'],
  ['\u202A25\u202C', '25'],
  ['−5', '-5'],
  ['- 5', '-5'],
  ['+5', '5'],
  ['menos cinco', '-5'],
  ['1 500', '1500'],
  ['1\u202F234,56', '1234.56'],
  ['1\u00A0234', '1234'],
  ['1 234 567', '1234567'],
  ["1'234.50", '1234.5'],
  ['1’234', '1234'],
  ['1.234,50', '1234.5'],
  ['1,234.50', '1234.5'],
  ['1.234', '1234', 'pt-BR'],
  ['1.234', '1.234', 'en'],
  ['1,234', '1234', 'en'],
  ['1,234', '1.234', 'pt-BR'],
  ['1.234.567', '1234567', 'en'],
  ['1,00,000', '100000'],
  ['12,34,567.50', '1234567.5'],
  ['10,5', '10.5'],
  ['0,5', '0.5'],
  ['0,500', '0.500'],
  ['R$ 1.234,50', '1234.5'],
  ['US$1,500', '1500'],
  ['₹1,500', '1500'],
  ['Rs. 500', '500'],
  ['Rs 1,500', '1500'],
  ['500 reais', '500'],
  ['€ 20', '20'],
  ['20€', '20'],
  ['١٢٣', '123'],
  ['١٢٫٥', '12.5'],
  ['١٢٫٥٠٠', '12.5', 'pt-BR'],
  ['١٬٢٣٤٫٥', '1234.5'],
  ['১২৩', '123'],
  ['२५', '25'],
  ['２５', '25'],
  ['2 mil', '2000'],
  ['2mil', '2000'],
  ['5k', '5000'],
  ['1,5k', '1500'],
  ['1,5 milhão', '1500000'],
  ['2 mil e 500', '2500'],
  ['cem', '100'],
  ['dois mil', '2000'],
  ['dois mil e quinhentos', '2500'],
  ['mil', '1000'],
  ['um milhão', '1000000'],
  ['vinte e dois', '22'],
  ['veintidós', '22'],
  ['two hundred and five', '205'],
  ['quatre-vingt-dix', '90'],
  ['soixante-douze', '72'],
  ['fünfundzwanzig', '25'],
  ['zweihundert', '200'],
  ['ventuno', '21'],
  ['quero dez, por favor', '10'],
  ['vinte reais', '20'],
  ['vinte e cinco anos', '25'],
  ['duemila', '2000'],
  ['valor: 25', '25'],
  ['tenho 25', '25'],
  ['25 anos', '25'],
  ['25%', '25'],
  ['10 m²', '10'],
  ['são 1.500 reais', '1500'],
])('%j is the number %s', (text, expected, locale = 'pt-BR') => {
  expect(kept(text, locale)).toBe(expected);
});

test.each([
  '25 ou 30',
  '1 a 3',
  '10-20',
  '4/5',
  '12:30',
  '14h30',
  '25/12/2027',
  '1.5.2026',
  '1,2,3',
  '(11) 98888-7777',
  '-19.9, -43.9',
  'menos de 5',
  'não 25',
  'entre 5 e 10',
  'more than 10',
  'Infinity',
  '1e3',
  '2 mil ou 3 mil',
])('%j is no number that could be kept', (text) => {
  expect(kept(text, 'pt-BR')).toBe('unclear');
});

test.each(['muitos', 'A4', 'vinte não', 'dois três', 'k', 'uma dúzia', 'duas dúzias', 'dois vírgula', '?'])(
  'of %j the bot says itself that it is no number',
  (text) => {
    expect(kept(text, 'pt-BR')).toBe('refused');
  },
);

test('whatever is written, reading what is sent again changes nothing', () => {
  const parts = fc.constantFrom('1', '234', '.', ',', ' ', "'", '-', 'R$', 'mil', 'k', 'e', 'cem', '٢', 'anos', '%', '0', '/', 'tenho');
  fc.assert(
    fc.property(fc.array(parts, { maxLength: 7 }), fc.constantFrom('pt-BR', 'en'), (written, locale) => {
      const sent = readNumber(written.join(''), locale);
      const value = (text: string) => Number(kept(text, locale));
      expect(sent === null || value(sent) === value(written.join('')) || Number.isNaN(value(sent))).toBe(true);
    }),
    { numRuns: 3_000 },
  );
}, 30_000);

test('every number below ten thousand that is spelled in Portuguese is read', () => {
  const units = ['', 'um', 'dois', 'três', 'quatro', 'cinco', 'seis', 'sete', 'oito', 'nove'];
  const hundreds = [
    '',
    'cento',
    'duzentos',
    'trezentos',
    'quatrocentos',
    'quinhentos',
    'seiscentos',
    'setecentos',
    'oitocentos',
    'novecentos',
  ];
  for (const n of [1_021, 2_345, 9_999, 3_001, 137, 202].map(String)) {
    const [u = 0, t = 0, h = 0, m = 0] = n.split('').toReversed().map(Number);
    const tens = ['', '', 'vinte', 'trinta', 'quarenta', 'cinquenta', 'sessenta', 'setenta', 'oitenta', 'noventa'];
    const rest = [hundreds[h], tens[t], units[u]].filter(Boolean).join(' e ');
    expect(spelledNumber([m === 0 ? '' : `${units[m]} mil`, rest].filter(Boolean).join(' e '))).toBe(Number(n));
  }
});
