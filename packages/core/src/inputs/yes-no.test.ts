import { expect, test } from 'vitest';
import { read, sent, unmatched } from '../../test/said.ts';
import { saysOf } from './yes-no.ts';

test.each([
  ['Sim', 'yes'],
  ['s', 'yes'],
  ['ss', 'yes'],
  ['sss', 'yes'],
  ['siiim', 'yes'],
  ['sim,', 'yes'],
  ['sim sim', 'yes'],
  ['Sim por favor!', 'yes'],
  ['sim, quero', 'yes'],
  ['SIM QUERO', 'yes'],
  ['claro', 'yes'],
  ['claro que sim', 'yes'],
  ['com certeza', 'yes'],
  ['ok', 'yes'],
  ['yes please', 'yes'],
  ['yeah', 'yes'],
  ['of course', 'yes'],
  ['sí, claro', 'yes'],
  ['por supuesto', 'yes'],
  ['ja, gerne', 'yes'],
  ['oui merci', 'yes'],
  ['bien sûr', 'yes'],
  ['sì grazie', 'yes'],
  ['👍', 'yes'],
  ['👍🏽👍🏽', 'yes'],
  ['✅', 'yes'],
  ['não', 'no'],
  ['nao', 'no'],
  ['nn', 'no'],
  ['n', 'no'],
  ['não, obrigado', 'no'],
  ['nao quero', 'no'],
  ['claro que não', 'no'],
  ['agora não', 'no'],
  ['de jeito nenhum não', 'no'],
  ['no, gracias', 'no'],
  ['no thanks', 'no'],
  ['nein danke', 'no'],
  ['non merci', 'no'],
  ['👎🏿', 'no'],
  ['❌', 'no'],
  ['não sei', null],
  ['sim não', null],
  ['talvez', null],
  ['no problem', null],
  ['simples', null],
  ['👍👎', null],
  ['🎉', null],
  ['obrigado', null],
  ['', null],
])('%j says %s', (text, expected) => {
  expect(saysOf(text, 'whole')).toBe(expected);
});

const asked = (...labels: string[]) => ({ type: 'choice input', items: labels.map((content, i) => ({ id: `i${i}`, content })) });

test.each([
  [['Sim', 'Não'], 'ss', 'Sim'],
  [['Sim', 'Não'], 'não, obrigado', 'Não'],
  [['👍 Sim', '👎 Não'], 'claro', '👍 Sim'],
  [['Sim, quero', 'Não, obrigado'], 'SIM QUERO', 'Sim, quero'],
  [['Sim, quero', 'Não, obrigado'], '👎', 'Não, obrigado'],
  [['1 - Sim', '2 - Não'], 'com certeza', '1 - Sim'],
  [['Yes', 'No', 'Maybe'], 'nope', 'No'],
  [['Claro', 'Vivo', 'Sim Card'], 'claro', 'Claro'],
])('of %j, %j chooses %j', (labels, words, expected) => {
  expect(read(words, asked(...labels))).toEqual(sent(expected));
});

test.each([
  [['Azúcar', 'Leche'], 'no'],
  [['Sim, à vista', 'Sim, parcelado'], 'sim'],
  [['Sim', 'Não'], 'não sei'],
])('of %j, %j chooses none', (labels, words) => {
  expect(read(words, asked(...labels))).toEqual(unmatched(words));
});
