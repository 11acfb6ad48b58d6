import { fold } from '../normalise.ts';

/** The whole number from 0 to 99 that `text` spells, in any of our languages: people do not always write in the bot's. */
export function numberWord(text: string): number | null {
  const value = spelledNumber(text);
  return value !== null && value < 100 ? value : null;
}

/** The whole number that `text` spells: `cem`, `dois mil e quinhentos`, `two hundred`, `fünfundzwanzig`. Null for anything else. */
export function spelledNumber(text: string): number | null {
  const words = partsOf(fold(text));
  // Short forms are written behind digits: `5k`, `2 mi`.
  if (
    words.length === 0 ||
    words.length > 12 ||
    /^(?:k|mi|mio)$/u.test(words[0] ?? '') ||
    connectors.has(words[0] ?? '') ||
    connectors.has(words.at(-1) ?? '')
  )
    return null;
  let total = 0;
  let group = 0;
  for (const word of words) {
    if (connectors.has(word)) continue;
    const multiplier = multipliers.get(word);
    const value = spelled.get(word);
    if (multiplier !== undefined && multiplier >= 1_000) {
      if (total % (multiplier * 1_000) !== 0) return null;
      total += (group || 1) * multiplier;
      group = 0;
    } else if (multiplier !== undefined) {
      if (group > 9) return null;
      group = (group || 1) * multiplier;
    } else {
      if (value === undefined || !fitsAfter(group, value)) return null;
      group += value;
    }
  }
  return total + group;
}

/** `text`, which is folded, with digits for its number words: `nove e quinze` as `9 e 15`, `vinte e duas horas` as `22 horas`. */
export function withDigits(text: string): string {
  const inDigits = (words: string) => String(numberWord(words) ?? words);
  return text.replace(/(?<!\p{L})\p{L}+ (?:e|y|et|und) \p{L}+(?!\p{L})/gu, inDigits).replace(/\p{L}+/gu, inDigits);
}

/** By how much a word after an amount multiplies it: `mil`, `k`, `milhões`. Null: it is no multiplier. */
export function multiplierOf(word: string): number | null {
  const multiplier = multipliers.get(word);
  return multiplier !== undefined && multiplier >= 1_000 ? multiplier : null;
}

/** Only a smaller part may follow a greater one: `vinte e dois` is a number, `dois três` is two of them. */
function fitsAfter(group: number, value: number): boolean {
  if (group === 0) return true;
  if (value >= 100) return false;
  if (value >= 10) return group % 100 === 0 || (value < 20 && [60, 80].includes(group % 100));
  return value > 0 && group % 10 === 0 && group % 100 !== 10;
}

function partsOf(folded: string): string[] {
  return folded
    .replace(/quatre[ -]vingts?/u, 'quatrevingt')
    .split(/[ -]+/u)
    .flatMap((word) => (spelled.has(word) || word.length > 40 ? [word] : word.split(/(hundert|tausend|mila)/u)))
    .filter((word) => word !== '');
}

const connectors: ReadonlySet<string> = new Set(['e', 'y', 'and', 'et', 'und']);

const multipliers: ReadonlyMap<string, number> = new Map([
  ...names(100, 'hundred hundert cents'),
  ...names(1_000, 'mil k thousand mille mila tausend'),
  ...names(1_000_000, 'milhao milhoes mi million millions millon millones milione milioni millionen mio'),
  ...names(1_000_000_000, 'bilhao bilhoes billion milliard milliarde'),
]);

const spelled: ReadonlyMap<string, number> = new Map([
  ...Object.entries({
    0: 'zero cero',
    1: 'um uma one uno una un une eins ein eine einer einem einen',
    2: 'dois duas two dos deux due zwei',
    3: 'tres three trois tre drei',
    4: 'quatro four cuatro quatre quattro vier',
    5: 'cinco five cinq cinque funf',
    6: 'seis six sechs',
    7: 'sete seven siete sept sette sieben',
    8: 'oito eight ocho huit otto acht',
    9: 'nove nine nueve neuf neun',
    10: 'dez ten diez dix dieci zehn',
    11: 'onze eleven once undici elf',
    12: 'doze twelve doce douze dodici zwolf',
    13: 'treze thirteen trece treize tredici dreizehn',
    14: 'quatorze catorze fourteen quattordici vierzehn',
    15: 'quinze fifteen quince quindici funfzehn',
    16: 'dezesseis dezasseis sixteen dieciseis seize sedici sechzehn',
    17: 'dezessete dezassete seventeen diecisiete diciassette siebzehn',
    18: 'dezoito eighteen dieciocho diciotto achtzehn',
    19: 'dezenove dezanove nineteen diecinueve diciannove neunzehn',
    20: 'vinte twenty veinte vingt venti zwanzig',
    30: 'trinta thirty treinta trente trenta dreissig',
    40: 'quarenta forty cuarenta quarante quaranta vierzig',
    50: 'cinquenta fifty cincuenta cinquante cinquanta funfzig',
    60: 'sessenta sixty sesenta soixante sessanta sechzig',
    70: 'setenta seventy septante settanta siebzig',
    80: 'oitenta eighty ochenta quatrevingt ottanta achtzig',
    90: 'noventa ninety nonante novanta neunzig',
    100: 'cem cento cien ciento cent',
    200: 'duzentos duzentas doscientos doscientas duecento',
    300: 'trezentos trezentas trescientos trescientas trecento',
    400: 'quatrocentos quatrocentas cuatrocientos cuatrocientas quattrocento',
    500: 'quinhentos quinhentas quinientos quinientas cinquecento',
    600: 'seiscentos seiscentas seiscientos seiscientas seicento',
    700: 'setecentos setecentas setecientos setecientas settecento',
    800: 'oitocentos oitocentas ochocientos ochocientas ottocento',
    900: 'novecentos novecentas novecientos novecientas novecento',
  }).flatMap(([value, list]) => names(Number(value), list)),
  ...compounds(),
]);

function names(value: number, list: string): [string, number][] {
  return list.split(' ').map((name) => [name, value]);
}

/** `veintidós`, `ventidue`, `zweiundzwanzig`: tens and units in one word. */
function compounds(): [string, number][] {
  const spanish = 'uno un una dos tres cuatro cinco seis siete ocho nueve'.split(' ');
  const spanishValues = [1, 1, 1, 2, 3, 4, 5, 6, 7, 8, 9];
  const italian = 'uno due tre quattro cinque sei sette otto nove'.split(' ');
  const german = 'ein zwei drei vier funf sechs sieben acht neun'.split(' ');
  const italianTens = 'venti trenta quaranta cinquanta sessanta settanta ottanta novanta'.split(' ');
  const germanTens = 'zwanzig dreissig vierzig funfzig sechzig siebzig achtzig neunzig'.split(' ');
  return [
    ...spanish.map((unit, i): [string, number] => [`veinti${unit}`, 20 + (spanishValues[i] ?? 0)]),
    ...italianTens.flatMap((ten, t) =>
      italian.map((unit, u): [string, number] => [(/^[uo]/.test(unit) ? ten.slice(0, -1) : ten) + unit, (t + 2) * 10 + u + 1]),
    ),
    ...germanTens.flatMap((ten, t) => german.map((unit, u): [string, number] => [`${unit}und${ten}`, (t + 2) * 10 + u + 1])),
  ];
}
