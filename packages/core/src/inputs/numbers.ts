import { fold } from './fold.ts';

/** The whole number that `text` is, from 0: `2`, `2.`, `2)`, `(2)`, `2️⃣`. Null for anything else. */
export function digitsIn(text: string): number | null {
  const digits = /^[(#]?\s*(\d{1,4})\s*[.)\]:°º-]*$/u.exec(
    text
      .normalize('NFKC')
      .replace(/[\u{FE0F}\u{20E3}]/gu, '')
      .trim(),
  )?.[1];
  return digits === undefined ? null : Number(digits);
}

/** From 1 to 10, in any of our languages: people do not always write in the bot's. */
export function numberWord(text: string): number | null {
  return words.get(fold(text)) ?? null;
}

const words: ReadonlyMap<string, number> = new Map(
  [
    ['um', 'uma', 'one', 'uno', 'una'],
    ['dois', 'duas', 'two', 'dos'],
    ['tres', 'three'],
    ['quatro', 'four', 'cuatro'],
    ['cinco', 'five'],
    ['seis', 'six'],
    ['sete', 'seven', 'siete'],
    ['oito', 'eight', 'ocho'],
    ['nove', 'nine', 'nueve'],
    ['dez', 'ten', 'diez'],
  ].flatMap((names, i) => names.map((name): [string, number] => [name, i + 1])),
);
