import { z } from 'zod';
import { readWords } from './answers.ts';
import { withClocks } from './clock.ts';
import { fold } from './fold.ts';
import { inputKind, lenient } from './input.ts';
import { numberWord, withDigits } from './numbers.ts';

/** Typebot reads dates in English only: `25/12/2026`, `tomorrow`, `25 December 2026`. */
export const date = inputKind({
  about: {
    becomes: 'nothing: the bubble before it is the question',
    reads:
      'the usual Portuguese and Spanish words in English: `amanhã`, `25 de dezembro`, `vinte e cinco de dezembro`, `sexta` (the coming one), `sexta que vem`, `daqui a 3 dias`, `às 14h30`, `de 3 a 5 de maio`',
    differs: 'Typebot understands English only',
  },
  options: z.looseObject({ hasTime: lenient(z.boolean()), isRange: lenient(z.boolean()) }),
  read: (said, { options, settings }) =>
    readWords(said, settings, (text) => normaliseDate(text, { hasTime: options.hasTime === true, isRange: options.isRange === true })),
});

/**
 * The usual words of Portuguese and Spanish dates in English. What has none of them stays as it was written, trimmed; so does what English
 * dates cannot say, rather than half of it.
 */
export function normaliseDate(text: string, { hasTime, isRange }: { hasTime: boolean; isRange: boolean }): string {
  const folded = fold(text);
  if (unsayable.test(folded)) return text.trim();
  let english = withDay(folded);
  if (hasTime) english = withClocks(english);
  if (isRange) english = withEnds(english);
  for (const [pattern, phrase] of phrases) english = english.replace(pattern, phrase);
  english = withComingDay(english.replace(/\p{L}+/gu, (word) => words.get(word) ?? word))
    .replace(/\s+/gu, ' ')
    .trim();
  return english === folded ? text.trim() : english;
}

/**
 * Of `10 do mês que vem`, `10 de maio do ano que vem` and `sexta da semana que vem` English dates would keep one half, and `sexta passada` would
 * be the coming one. `mês que vem` alone can be said.
 */
const unsayable =
  /\b(?:d[eo]|del|deste|desse) (?:(?:proximo|este|esse) )?(?:mes|ano)\b|\bano (?:que v|pasado|passado)|\bproximo ano\b|\b(?:passad|pasad|ultim)[oa]\b(?! manana)|(?<=\S )(?:da|de la) (?:proxima )?semana\b/u;

/** `25.12`, `25122026`, `25 / 12 / 2026` with slashes, `vinte e cinco de dezembro` and `primeiro de maio` with digits. */
function withDay(text: string): string {
  return text
    .replace(/^(\d{1,2})[.-](\d{1,2})$/u, '$1/$2')
    .replace(/^(\d{2})(\d{2})((?:19|20)\d{2})$/u, '$1/$2/$3')
    .replace(/(?<!\d)(\d{1,2}) ?[/ ] ?(\d{1,2}) ?[/ ] ?(\d{4})(?!\d)/gu, '$1/$2/$3')
    .replace(/^(?:dia )?(\p{L}+(?: (?:e|y) \p{L}+)?)(?= de \p{L})/u, (_, day: string) => withDigits(day))
    .replace(/^(?:dia )?primeir?o(?= de |$)/u, '1');
}

/** A bare weekday is the nearest one for Typebot, which may be past; `this` makes it the coming one. Beside a date it only says the same again. */
function withComingDay(english: string): string {
  const isDated = /\d(?:\/\d| (?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec))/u.test(english);
  return english.replace(/\b(?:el |n[ao] )?(this |next )?this (?=\p{L}+day\b)/gu, (_, which = 'this ') => (isDated ? '' : which));
}

/** The two ends of a range with ` to ` between them. */
function withEnds(text: string): string {
  return (
    text
      // `25/12-28/12`, `3-5 de maio`, `25/12, 28/12`
      .replace(/(?<=\d)[-–—](?=\d{1,2}(?:\/| de ))/gu, ' to ')
      .replace(/(?<=\d\/\d{1,2}(?:\/\d{4})?)(?:,|(?: del?)+)? (?=\d{1,2}\/\d)/gu, ' to ')
      // `entre 3 e 5 de maio`, `25/12 e 28/12`, `3 a 5 de maio`
      .replace(/^entre (.+) (?:e|y) (.+)$/u, '$1 to $2')
      .replace(/^(\S*\d\S*) (?:e|y) (\S*\d\S*)$/u, '$1 to $2')
      .replace(/(?<=\S )(?:a|ao|ate|al|hasta|-|–|—)(?= \S)/gu, 'to')
      // `do dia 3`, `desde el 3`
      .replace(/(?<=^| )(?:(?:do|desde|del|de|o|el|dia) )+(?=\d)/gu, '')
  );
}

const unit: Readonly<Record<string, string>> = { d: 'days', s: 'weeks', m: 'months', a: 'years' };

const phrases: readonly (readonly [RegExp, (match: string, ...groups: string[]) => string])[] = [
  [/\bdepois de amanha\b|\bpasado manana\b/gu, () => 'in 2 days'],
  [/\banteontem\b|\banteayer\b/gu, () => '2 days ago'],
  [
    /\b(?:daqui a|daqui|dentro de|em|en) (\d{1,3}|\p{L}+) (dia|semana|mes|ano)(?:e?s)?\b/gu,
    (all, count, [name = ''] = '') => {
      const amount = /\d/.test(count) ? count : numberWord(count);
      return amount === null ? all : `in ${amount} ${unit[name]}`;
    },
  ],
  [/\bhoje a noite\b|\besta noche\b/gu, () => 'tonight'],
  [/\b(?:de|da|pela|por la|en la) (?:manha|manana)\b/gu, () => 'morning'],
  [/\b(?:a|de|da|por la|en la) tarde\b/gu, () => 'afternoon'],
  [/\b(?:a|de|da|por la|en la) (?:noite|noche)\b/gu, () => 'night'],
  [/(?<=segunda|terca|quarta|quinta|sexta)[ -]feira\b/gu, () => ''],
  [
    /\b(?:esta|este|nesta|neste) (?=segunda|terca|quarta|quinta|sexta|sabado|domingo|lunes|martes|miercoles|jueves|viernes)/gu,
    () => 'this ',
  ],
  [/\b(?:(?:a|na) )?(\p{L}+) (?:que vem|que viene)\b/gu, (_, day) => `next ${day}`],
  [/\b(\d{1,2})(?:o|°)(?= )/gu, (_, day) => day],
  [/^(?:(?:no |el )?dia )?(?:de )*(?=\d)/u, () => ''],
  // Only behind a number: `ago` and `set` are words of their own.
  [/(?<=\d(?: de | ?[/-]| ))(fev|abr|mai|ago|set|out|dez|ene|dic)\b\.?/gu, (_, month) => months[month] ?? month],
  [/(?<=[\d\p{L}])(?<!\b(?:as|a las?))(?: del?)+ (?=[\d\p{L}])/gu, () => ' '],
  [/(?<=\S )(?:as|a las?) (?=\d)/gu, () => 'at '],
];

/** Short names of months that are not the English ones. */
const months: Readonly<Record<string, string>> = {
  fev: 'feb',
  abr: 'apr',
  mai: 'may',
  ago: 'aug',
  set: 'sep',
  out: 'oct',
  dez: 'dec',
  ene: 'jan',
  dic: 'dec',
};

const words: ReadonlyMap<string, string> = new Map(
  Object.entries({
    today: 'hoje hoy',
    tomorrow: 'amanha manana',
    yesterday: 'ontem ayer',
    next: 'proximo proxima',
    week: 'semana',
    month: 'mes',
    january: 'janeiro enero',
    february: 'fevereiro febrero',
    march: 'marco marzo',
    april: 'abril',
    may: 'maio mayo',
    june: 'junho junio',
    july: 'julho julio',
    august: 'agosto',
    september: 'setembro septiembre setiembre',
    october: 'outubro octubre',
    november: 'novembro noviembre',
    december: 'dezembro diciembre',
    'this monday': 'segunda lunes',
    'this tuesday': 'terca martes',
    'this wednesday': 'quarta miercoles',
    'this thursday': 'quinta jueves',
    'this friday': 'sexta viernes',
    'this saturday': 'sabado',
    'this sunday': 'domingo',
  }).flatMap(([english, others]) => others.split(' ').map((word): [string, string] => [word, english])),
);
