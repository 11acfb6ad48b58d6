import { fold } from './fold.ts';

/** The whole number that `text` is, from 0: `2`, `2.`, `2)`, `(2)`, `2️⃣`. Null for anything else. */
export function digitsIn(text: string): number | null {
  const plain = text
    .replaceAll('🔟', '10')
    .normalize('NFKC')
    .replace(/[\u{FE0F}\u{20E3}]/gu, '')
    .trim();
  const digits = /^[(#]?\s*(\d{1,4})\s*[.)\]:°-]*$/u.exec(plain)?.[1];
  return digits === undefined ? null : Number(digits);
}

/** From 0 to 99, in any of our languages: people do not always write in the bot's. */
export function numberWord(text: string): number | null {
  const folded = fold(text);
  const [, ten = '', unit = ''] = /^(\p{L}+)(?: (?:e|y) |[ -])(\p{L}+)$/u.exec(folded) ?? [];
  const tens = spelled.get(ten) ?? 0;
  const units = spelled.get(unit) ?? 0;
  if (tens >= 20 && tens % 10 === 0 && units >= 1 && units <= 9) return tens + units;
  return spelled.get(folded) ?? null;
}

/** `text`, which is folded, with digits for its number words: `nove e quinze` as `9 e 15`, `vinte e duas horas` as `22 horas`. */
export function withDigits(text: string): string {
  const inDigits = (words: string) => String(numberWord(words) ?? words);
  return text.replace(/(?<!\p{L})\p{L}+ (?:e|y) \p{L}+(?!\p{L})/gu, inDigits).replace(/\p{L}+/gu, inDigits);
}

/**
 * The position that folded words name: `opcao 2`, `numero 2`, `op. 2`, `option 2`, `a 2`, `na 2`, `2a`, `the second one`, `la primera`; null for
 * anything else. `as duas` and `os dois` are no positions: they mean both.
 */
export function positionNamed(words: string): number | null {
  const named = position.exec(words)?.[1];
  if (named === undefined) return null;
  // The signs of `2º` and `2ª` are letters by now, as many people write them anyway.
  return digitsIn(named.replace(/(?<=^\d{1,4})[oa]$/u, '')) ?? spelled.get(named) ?? ordinals.get(named) ?? null;
}

const position =
  /^(?:(?:a|o|na|la|el|the) )?(?:(?:opcao|opcion|option|opc?|item|numero|number|no|n°|n(?=\.))(?!\p{L})\.? ?)?(\S+?)(?: (?:opcao|opcion|option|one))?$/u;

const ordinals: ReadonlyMap<string, number> = new Map(
  [
    ['primeiro', 'primeira', 'first', 'primero', 'primera'],
    ['segundo', 'segunda', 'second'],
    ['terceiro', 'terceira', 'third', 'tercero', 'tercera'],
    ['quarto', 'quarta', 'fourth', 'cuarto', 'cuarta'],
    ['quinto', 'quinta', 'fifth'],
  ].flatMap((names, i) => names.map((name): [string, number] => [name, i + 1])),
);

const spelled: ReadonlyMap<string, number> = new Map(
  Object.entries({
    0: 'zero cero',
    1: 'um uma one uno una',
    2: 'dois duas two dos',
    3: 'tres three',
    4: 'quatro four cuatro',
    5: 'cinco five',
    6: 'seis six',
    7: 'sete seven siete',
    8: 'oito eight ocho',
    9: 'nove nine nueve',
    10: 'dez ten diez',
    11: 'onze eleven once',
    12: 'doze twelve doce',
    13: 'treze thirteen trece',
    14: 'quatorze catorze fourteen',
    15: 'quinze fifteen quince',
    16: 'dezesseis dezasseis sixteen dieciseis',
    17: 'dezessete dezassete seventeen diecisiete',
    18: 'dezoito eighteen dieciocho',
    19: 'dezenove dezanove nineteen diecinueve',
    20: 'vinte twenty veinte',
    21: 'veintiuno veintiun veintiuna',
    22: 'veintidos',
    23: 'veintitres',
    24: 'veinticuatro',
    25: 'veinticinco',
    26: 'veintiseis',
    27: 'veintisiete',
    28: 'veintiocho',
    29: 'veintinueve',
    30: 'trinta thirty treinta',
    40: 'quarenta forty cuarenta',
    50: 'cinquenta fifty cincuenta',
    60: 'sessenta sixty sesenta',
    70: 'setenta seventy',
    80: 'oitenta eighty ochenta',
    90: 'noventa ninety',
  }).flatMap(([value, names]) => names.split(' ').map((name): [string, number] => [name, Number(value)])),
);
