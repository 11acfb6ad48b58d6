import { expect, test } from 'vitest';
import { held, media, person, place, read, sent, tap, unmatched, unsupported } from '../../test/said.ts';
import type { BotInput } from '../bot.ts';
import type { Said } from './input.ts';

const menu: Partial<BotInput> = {
  type: 'choice input',
  items: [
    { id: 'id-a', content: 'Vendas' },
    { id: 'id-hidden', content: '' },
    { id: 'id-b', content: 'Suporte Técnico 🔧', value: 'tech' },
    { id: 'id-c', content: 'Segunda via do boleto bancário' },
    { id: 'id-d', content: '👍' },
    { id: 'id-f', content: 'Sem interesse' },
    { id: 'id-e', content: '0 - Sair' },
  ],
};

test.each<[string, Said | string, unknown]>([
  ['a tap by its id', tap('id-b', 'whatever'), 'Suporte Técnico 🔧'],
  ['a tap of an older menu by its title', tap('old-1', 'Vendas'), 'Vendas'],
  ['a number', '2', 'Suporte Técnico 🔧'],
  ['a number with a full stop', ' 2. ', 'Suporte Técnico 🔧'],
  ['a number with a bracket', '2)', 'Suporte Técnico 🔧'],
  ['a number as emoji', '2️⃣', 'Suporte Técnico 🔧'],
  ['a number in Portuguese', 'Dois', 'Suporte Técnico 🔧'],
  ['a number in English', 'three', 'Segunda via do boleto bancário'],
  ['a number in Spanish', 'uno', 'Vendas'],
  ['the author’s own number', '0', '0 - Sair'],
  ['the label', 'Vendas', 'Vendas'],
  ['the label in another case', ' vendas ', 'Vendas'],
  ['the label without accents and emoji', 'suporte tecnico', 'Suporte Técnico 🔧'],
  ['the label with a full stop', 'Vendas.', 'Vendas'],
  ['a label of only an emoji', '👍', '👍'],
  ['the title as a button, which was cut', 'Segunda via do bole…', 'Segunda via do boleto bancário'],
  ['the value', 'tech', 'Suporte Técnico 🔧'],
  ['the id', 'id-c', 'Segunda via do boleto bancário'],
  ['the beginning of a label', 'sup', 'Suporte Técnico 🔧'],
  ['a number with its noun', 'opção 2', 'Suporte Técnico 🔧'],
  ['a number with an article', 'a 2', 'Suporte Técnico 🔧'],
  ['an ordinal', 'A terceira', 'Segunda via do boleto bancário'],
  ['an ordinal in English', 'the second one', 'Suporte Técnico 🔧'],
])('a choice takes %s', (_, said, expected) => {
  expect(read(said, menu)).toEqual(sent(expected));
});

test.each<[string, Said | string, string]>([
  ['a tap of another menu', tap('old-1', 'Compras'), 'Compras'],
  ['the beginning of two labels', 'Se', 'Se'],
  ['a letter alone', 'v', 'v'],
  ['a number beyond the last', '9', '9'],
  ['words that mean nothing', ' quero um humano ', ' quero um humano '],
])('%s name no choice and are handed on as they are', (_, said, expected) => {
  expect(read(said, menu)).toEqual(unmatched(expected));
});

test('blank words name no choice and are not handed on', () => {
  expect(read(' ', menu)).toEqual(held('nothing_usable'));
});

test.each([media(), media('audio'), place, person])('a choice does not take $kind', (said) => {
  expect(read(said, menu)).toEqual(unsupported);
});

const choice = (...items: object[]): Partial<BotInput> => ({
  type: 'choice input',
  items: items.map((item, i) => ({ id: `i${i + 1}`, ...item })),
});

test.each<[string, string, Partial<BotInput>, unknown]>([
  ['a label that is a number before the position', '1', choice({ content: '2' }, { content: '1' }), '1'],
  ['the position where no label is that number', '2', choice({ content: '10' }, { content: '20' }), '20'],
  ['an id that is another item’s label by its own label', '2', choice({ id: '0', content: '1' }, { id: '1', content: '2' }), '2'],
  [
    'an item nobody can name but by its id, as a reply',
    'b',
    choice({ id: 'x', content: 'a' }, { id: 'a', content: 'b' }, { id: 'y', value: 'b', content: 'c' }),
    { type: 'text', text: 'b', metadata: { replyId: 'a' } },
  ],
  [
    'a title that was cut before a label of the same words',
    'atendente ação ✅ Falar…',
    choice({ content: 'atendente ação Falar' }, { content: 'atendente ação ✅ Falar Falar' }),
    'atendente ação ✅ Falar Falar',
  ],
  [
    'twice the same label by the first',
    'yes',
    choice({ content: 'Yes' }, { content: 'Yes' }),
    { type: 'text', text: 'Yes', metadata: { replyId: 'i1' } },
  ],
  ['twice the same id by the label', '2', choice({ id: 'x', content: 'A' }, { id: 'x', content: 'B' }), 'B'],
  ['a weekday before an ordinal', 'segunda', choice({ content: 'Segunda-feira' }, { content: 'Terça-feira' }), 'Segunda-feira'],
  ['anything where there are no items', '1', choice(), '1'],
])('a choice takes %s', (_, words, input, expected) => {
  expect(read(words, input)).toEqual(sent(expected));
});

test('a bare number is no beginning of a label', () => {
  expect(read('10', choice({ content: '100 people' }, { content: '20 people' }))).toEqual(unmatched('10'));
});

const colours: Partial<BotInput> = {
  ...choice({ content: 'Red' }, { content: 'Dark Green', value: 'g' }, { content: 'Blue' }),
  options: { isMultipleChoice: true },
};

test.each<[Said | string, string]>([
  ['1, 3', 'Red, Blue'],
  ['3 1', 'Red, Blue'],
  ['1 and blue', 'Red, Blue'],
  ['1 2, 3', 'Red, Dark Green, Blue'],
  ['1. 3.', 'Red, Blue'],
  ['1\n2\n3', 'Red, Dark Green, Blue'],
  ['red\nBLUE', 'Red, Blue'],
  ['dark green', 'Dark Green'],
  ['1,1,', 'Red'],
  ['dois e três', 'Dark Green, Blue'],
  [tap('i2', 'x'), 'Dark Green'],
])('a multiple choice takes %j as %j', (said, expected) => {
  expect(read(said, colours)).toEqual(sent(expected));
});

test('labels may have signs in them that also part several answers', () => {
  const input = {
    ...choice({ content: 'Black & White' }, { content: 'Sim e não' }, { content: 'Red' }),
    options: { isMultipleChoice: true },
  };
  expect(read('black & white, 3', input)).toEqual(sent('Black & White, Red'));
  expect(read('sim e não\nred', input)).toEqual(sent('Sim e não, Red'));
});

test.each<[string, string]>([
  ['1 a 3', 'Red, Dark Green, Blue'],
  ['do 1 ao 2', 'Red, Dark Green'],
  ['2 até 3', 'Dark Green, Blue'],
  ['1e3', 'Red, Blue'],
  ['1 mais 3', 'Red, Blue'],
  ['1️⃣ 3️⃣', 'Red, Blue'],
  ['a 1ª e a 3ª', 'Red, Blue'],
  ['quero as opções 1 e 3, por favor', 'Red, Blue'],
  ['Só blue e red.', 'Red, Blue'],
  ['todas', 'Red, Dark Green, Blue'],
  ['Quero todas as opções!', 'Red, Dark Green, Blue'],
])('a multiple choice takes several as in %j', (said, expected) => {
  expect(read(said, colours)).toEqual(sent(expected));
});

test('a range and all of them count the numbers that are shown', () => {
  const own = { ...choice({ content: '3 - A' }, { content: '1 - B' }, { content: '2 - C' }), options: { isMultipleChoice: true } };
  expect(read('1 a 2', own)).toEqual(sent('1 - B, 2 - C'));
});

const toppings = {
  ...choice({ content: 'Sem glúten' }, { content: 'Cebola' }, { content: 'Nenhuma das anteriores' }),
  options: { isMultipleChoice: true },
};

test.each(['sem cebola', 'todas', 'as duas', 'toda'])('%j might mean something else than the choices it sounds like', (words) => {
  expect(read(words, toppings).type).toBe('unmatched');
});

test.each(['vermelho e 1', '1, 9', 'não 1', 'not red', '1 a 9', '3 a 1', '2 cores'])(
  '%j names more than choices: Typebot, which would take some out of it, hears a sign that names none',
  (words) => {
    expect(read(words, colours)).toEqual(unmatched('…'));
  },
);

test('the number that Typebot knows a dynamic item by is not handed on', () => {
  expect(read('0', choice({ id: '0', content: 'A' }, { id: '1', content: 'B' }))).toEqual(unmatched('…'));
});

test.each(['azul', 'nothing', ','])('%j names no choice, so it is handed on as it is', (words) => {
  expect(read(words, colours)).toEqual(unmatched(words));
});

test.each<[string, object[], string, string]>([
  [
    'a name with another item’s value in it by the values',
    [
      { content: 'Plan 2', value: 'big' },
      { content: 'Plan 1', value: '2' },
    ],
    '1',
    'big',
  ],
  [
    'a name with another item’s id in it by the ids',
    [
      { id: 'x', content: 'A' },
      { id: 'y', content: 'A x' },
    ],
    '2',
    'y',
  ],
  ['a name within another by itself', [{ content: 'Red' }, { content: 'Dark Red' }], '2', 'Dark Red'],
  [
    'names without letters by themselves',
    [
      { id: 'p', content: '➕' },
      { id: 'p', content: '➖' },
    ],
    '1, 2',
    '➕, ➖',
  ],
])('several choices: %s', (_, items, words, expected) => {
  expect(read(words, { ...choice(...items), options: { isMultipleChoice: true } })).toEqual(sent(expected));
});

const pictures: Partial<BotInput> = {
  type: 'picture choice input',
  items: [
    { id: 'i0' },
    { id: 'i1', title: 'Picture A', pictureSrc: 'https://x.io/a.png' },
    { id: 'i2', pictureSrc: 'https://x.io/b.png', value: 'bee' },
  ],
};

test.each<[string, Said | string, unknown]>([
  ['a number', '1', 'Picture A'],
  ['the number of one without title by its address', '2', 'https://x.io/b.png'],
  ['a title', 'picture a', 'Picture A'],
  ['a tap', tap('i2', ''), 'https://x.io/b.png'],
  ['a value', 'bee', 'https://x.io/b.png'],
])('a picture choice takes %s', (_, said, expected) => {
  expect(read(said, pictures)).toEqual(sent(expected));
});

test('several pictures are named by title, else by what Typebot knows them by', () => {
  expect(read('1, 2', { ...pictures, options: { isMultipleChoice: true } })).toEqual(sent('Picture A, bee'));
});

const cards: Partial<BotInput> = {
  type: 'cards',
  items: [
    {
      id: 'k1',
      title: 'Card A',
      paths: [
        { id: 'p1', text: 'Buy' },
        { id: 'p2', text: 'Details' },
      ],
    },
    { id: 'k1', title: 'Card B', paths: [{ id: 'p3', text: 'Buy' }] },
    { id: 'k2', title: 'Card C' },
    {
      id: 'k3',
      title: 'Card E',
      paths: [
        { id: 'p4', text: 'Other' },
        { id: 'p5', text: 'Card E' },
      ],
    },
  ],
};

test.each<[string, Said | string, unknown]>([
  ['a number', '3', 'p3'],
  ['the number of a card without buttons by its title', '4', 'Card C'],
  ['the text of a button', 'details', 'p2'],
  ['a title that is also its button', 'card e', 'p5'],
  ['a title by the first button', 'card b', 'p3'],
  ['a path', 'p1', 'p1'],
  ['a tap', tap('p2', 'x'), 'p2'],
])('cards take %s', (_, said, expected) => {
  expect(read(said, cards)).toEqual(sent(expected));
});

test.each<[string, Partial<BotInput>, string]>([
  ['pictures', pictures, 'C'],
  ['cards', cards, 'zzz'],
  ['cards with the same text on two buttons', cards, 'Buy'],
])('what names none of the %s is handed on as it is', (_, input, words) => {
  expect(read(words, input)).toEqual(unmatched(words));
});

test('cards take no media', () => {
  expect(read(media(), cards)).toEqual(unsupported);
});
