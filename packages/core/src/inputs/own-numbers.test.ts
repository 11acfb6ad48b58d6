import { expect, test } from 'vitest';
import { numberedLines, ownLetter, withoutMark } from './own-numbers.ts';

test.each<[string, string[], number[]]>([
  ['a dash', ['1 - Sales', '2 - Support'], [1, 2]],
  ['a bracket, a full stop or a colon', ['1) Sales', '2. Support', '3: Other'], [1, 2, 3]],
  ['bold letters', ['*1* - Sales', '*2.* Support'], [1, 2]],
  ['brackets around', ['(1) Sales', '[2] Support'], [1, 2]],
  ['emoji', ['1️⃣ Sales', '2⃣ Support', '🔟 Exit'], [1, 2, 10]],
  ['any order', ['3 - Sales', '1 - Support'], [3, 1]],
  ['a zero', ['0 - Exit', '1 - Sales'], [0, 1]],
])('labels numbered by their author with %s keep their numbers and get no others', (_, labels, numbers) => {
  expect(numberedLines(labels)).toEqual(labels.map((line, i) => ({ number: numbers[i], line })));
});

test.each<[string, string[]]>([
  ['are not numbered', ['Sales', 'Support']],
  ['are numbered in part', ['0 - Exit', 'Sales']],
  ['have the same number twice', ['1 - Sales', '1 - Support']],
  ['are amounts', ['2 rooms', '3 rooms']],
  ['are prices', ['R$ 100', 'R$ 200']],
  ['are bare numbers', ['10', '20']],
  ['are times', ['10:00', '11:00']],
  ['are decimals', ['1.5 kg', '2.5 kg']],
  ['are ranges', ['2 - 3 rooms', '4 - 6 rooms']],
  ['are long numbers', ['2025 - now', '2026 - later']],
  ['have emoji of two digits', ['1️⃣ A', '1️⃣0️⃣ B']],
])('labels that %s are numbered by their positions', (_, labels) => {
  expect(numberedLines(labels)).toEqual(labels.map((label, i) => ({ number: i + 1, line: `${i + 1}. ${label}` })));
});

test.each([
  ['2 - Support', ' Support'],
  ['3️⃣ Exit', ' Exit'],
  ['B) Blue', 'Blue'],
  ['2 rooms', '2 rooms'],
  ['e-mail', 'e-mail'],
])('%j is called %j by its author', (label, name) => {
  expect(withoutMark(label)).toBe(name);
});

test.each([
  ['B) Blue', 'B'],
  ['(c) Red', 'c'],
  ['a - Green', 'a'],
  ['e-mail', null],
  ['A house', null],
  ['2 - Support', null],
])('the letter of %j is %j', (label, letter) => {
  expect(ownLetter(label)).toBe(letter);
});
