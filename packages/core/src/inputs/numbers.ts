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

/** `opção 2`, `número 2`, `option 2`, `a 2`, `the second`, `la primera`; null for anything else. */
export function positionNamed(text: string): number | null {
  const folded = fold(text).replace(/^(?:a|o|as|os|la|el|the)\s+/u, '');
  const [, named] =
    /^(?:opcao|opcion|option|item|numero|number|no?|n[o°º]|#)?\s*(\S+?)(?:\s+(?:opcao|opcion|option|one))?$/u.exec(folded) ?? [];
  if (named === undefined) return null;
  return digitsIn(named) ?? words.get(named) ?? ordinals.get(named) ?? null;
}

const ordinals: ReadonlyMap<string, number> = new Map(
  [
    ['primeiro', 'primeira', 'first', 'primero', 'primera'],
    ['segundo', 'segunda', 'second'],
    ['terceiro', 'terceira', 'third', 'tercero', 'tercera'],
    ['quarto', 'quarta', 'fourth', 'cuarto', 'cuarta'],
    ['quinto', 'quinta', 'fifth'],
  ].flatMap((names, i) => names.map((name): [string, number] => [name, i + 1])),
);

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
