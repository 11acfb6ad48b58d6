import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { choicesOf } from './choices.ts';
import { foldToWords } from '../normalise.ts';
import { match } from './match.ts';
import { digitsIn } from './numbers.ts';
import { numberedLines } from './own-numbers.ts';

/** The label that `words` choose, of options that are shown as a choice shows them. */
function chosen(labels: string[], words: string): string | null {
  const items = labels.map((content, i) => ({ id: `id-${i}`, content, value: '' }));
  const numbers = numberedLines(labels).map(({ number }) => number);
  return match(choicesOf(items, labels, numbers), words)?.label ?? null;
}

const menu = ['Vendas', 'Suporte', 'Outro assunto'];
const yesNo = ['Sim', 'Não'];
const days = ['Segunda-feira', 'Terça-feira', 'Quarta-feira'];
const owned = ['3 - Vendas', '1 - Suporte', '0 - Sair'];
const partly = ['Vendas', 'Suporte', '0 - Sair'];
const prices = ['R$ 50', 'R$ 100', 'R$ 1.500'];
const people = ['1 pessoa', '2 pessoas', '4 pessoas', '10 pessoas'];
const times = ['Uma vez', 'Duas vezes', 'Sempre'];
const hours = ['09:00', '09:15', '14:30'];

test.each<[string, string[], string, string]>([
  ['the author’s number and not the position', owned, '1', '1 - Suporte'],
  ['the author’s number beyond the positions', owned, '0', '0 - Sair'],
  ['the author’s number in words', owned, 'três', '3 - Vendas'],
  ['the author’s number as an ordinal sign', owned, '3ª', '3 - Vendas'],
  ['what the author numbered, without the number', owned, 'suporte', '1 - Suporte'],
  ['the beginning of what the author numbered', owned, 'ven', '3 - Vendas'],
  ['the author’s number and name without the sign', owned, '1 suporte', '1 - Suporte'],
  ['the one number there is where only some are numbered', partly, '0', '0 - Sair'],
  ['the position where only some are numbered', partly, '3', '0 - Sair'],
  ['the author’s letter', ['A) Azul', 'B) Verde'], 'b', 'B) Verde'],
  ['the author’s letter with its sign', ['A) Azul', 'B) Verde'], 'b)', 'B) Verde'],
  ['the line that shows an option', menu, '2. Suporte', 'Suporte'],
  ['the line of a label with a number in it', ['2 azul', 'Azul'], '1. 2 azul', '2 azul'],
  ['a price by its number', prices, '100', 'R$ 100'],
  ['an amount that is no position', people, '10', '10 pessoas'],
  ['an amount in words', people, 'dez', '10 pessoas'],
  ['a label that is the number said', ['10', '20', 'Dez mil'], 'vinte', '20'],
  ['a label of the word said before one of its number', ['2', 'Dois'], 'dois', 'Dois'],
  ['a word for one that is also the position', times, 'uma', 'Uma vez'],
  ['a number in a sentence of manners', menu, 'quero a 2, por favor', 'Suporte'],
  ['a digit that is wanted', menu, 'eu quero 2', 'Suporte'],
  ['a label in a sentence of manners', menu, 'Pode ser vendas', 'Vendas'],
  ['a short noun', menu, 'op. 2', 'Suporte'],
  ['a number sign', menu, 'nº 2', 'Suporte'],
  ['an ordinal written with letters', menu, 'a 2a', 'Suporte'],
  ['an ordinal', menu, 'quero a segunda', 'Suporte'],
  ['an article before the label', menu, 'as vendas', 'Vendas'],
  ['yes in a letter', yesNo, 's', 'Sim'],
  ['no in a letter', yesNo, 'N', 'Não'],
  ['no with more behind it', ['Sim', 'Não, obrigado'], 'não', 'Não, obrigado'],
  ['a weekday in short', days, 'quarta', 'Quarta-feira'],
  ['a weekday with a preposition', ['Segunda', 'Sábado'], 'no sábado', 'Sábado'],
  ['a weekday in full', ['Segunda', 'Terça'], 'na segunda-feira', 'Segunda'],
  ['a time in words', hours, 'nove e quinze', '09:15'],
  ['a time of the afternoon', hours, 'às 2 e meia da tarde', '14:30'],
  ['a short month and not the tenth', ['Outubro', 'Novembro', 'Dezembro'], 'dez', 'Dezembro'],
])('words choose %s', (_, labels, words, expected) => {
  expect(chosen(labels, words)).toBe(expected);
});

test.each<[string, string[], string]>([
  ['a position that the author numbered otherwise', owned, '2'],
  ['a refusal', menu, 'não quero 2'],
  ['nothing', menu, 'nada'],
  ['none', menu, 'nenhuma'],
  ['no', menu, 'não'],
  ['a refusal in Spanish', ['Azúcar', 'Leche'], 'no azucar'],
  ['an amount of something', menu, '2 pessoas'],
  ['an amount that is wanted', menu, 'quero dois'],
  ['one that is wanted', menu, 'quero um'],
  ['both', menu, 'as duas'],
  ['both in Spanish', menu, 'los dos'],
  ['both where one is called two', ['Um', 'Dois'], 'os dois'],
  ['a number beyond the last', menu, '10'],
  ['a part of a number', ['100 people', '20 people'], '10'],
  ['a part of a price', ['R$ 500', 'R$ 1.500'], '1500'],
  ['the thousands of a number', ['500 km', '2.000 km', 'A', 'B', '7.000 km'], '7'],
  ['a limit', ['Até 9', 'Acima de 10'], '10'],
  ['a word that begins one label and is another’s number', ['Nunca', 'Uma vez'], 'uma'],
  ['a short month that is also a position', [...Array<string>(9).fill('A'), 'Outubro', 'Novembro', 'Dezembro'], 'dez'],
  ['an ordinal where two labels begin so', ['Quarto simples', 'Quarto duplo', 'Suíte', 'Sair'], 'quarto'],
  ['a weekday that is not there', ['Terça', 'Quarta', 'Quinta'], 'segunda'],
  ['a weekday that is not there but wanted', ['Terça', 'Quarta', 'Quinta'], 'quero a segunda'],
  ['yes where it only begins a word', ['Simples', 'Completo'], 'sim'],
  ['no where it only begins a word', ['Norte', 'Sul'], 'no'],
  ['a letter where no yes is', menu, 's'],
  ['a letter that fits two', ['Não', 'Não sei', 'Sim'], 'n'],
  ['a number in a name', menu, 'nuno'],
  ['an emoji where another is the label', ['👍', 'Outro'], '👎'],
  ['another time', hours, 'nove e vinte'],
  ['a time where the label is a number', ['1', '2'], 'às 2'],
  ['a copied line of another number', menu, '1. Suporte'],
])('%s chooses nothing', (_, labels, words) => {
  expect(chosen(labels, words)).toBeNull();
});

test('a dynamic item, whose id is a number, is not chosen by its id', () => {
  const items = ['A', 'B'].map((content, i) => ({ id: String(i), content, value: '' }));
  expect(match(choicesOf(items, ['A', 'B']), '0')).toBeNull();
  expect(match(choicesOf(items, ['A', 'B']), '1')?.label).toBe('A');
});

test('whatever options are called, each is chosen by its number, its line and its label', () => {
  const word = fc.constantFrom(...'0 1 2 3 12 - . ) 1️⃣ 2️⃣ A) Azul uma vez Sim Segunda R$ 9h 10:00 e ✅'.split(' '));
  const label = fc
    .array(word, { minLength: 1, maxLength: 4 })
    .map((words) => words.join(' '))
    .filter((text) => /\p{L}/u.test(text));
  const labels = fc.uniqueArray(label, { selector: (text) => foldToWords(text) || text, minLength: 1, maxLength: 5 });
  fc.assert(
    fc.property(labels, (all) => {
      for (const [i, { number, line }] of numberedLines(all).entries()) {
        expect(chosen(all, all[i] ?? '')).toBe(all[i]);
        // A label that is a number means itself, so the position cannot.
        if (all.some((other) => digitsIn(foldToWords(other)) !== null)) continue;
        expect(chosen(all, `${number}`)).toBe(all[i]);
        expect(chosen(all, `quero a ${number}.`)).toBe(all[i]);
        expect(chosen(all, line)).toBe(all[i]);
      }
    }),
    { numRuns: 1_000 },
  );
}, 30_000);
