import { z } from 'zod';
import { readWords } from './answers.ts';
import { fold } from './fold.ts';
import { inputKind, lenient } from './input.ts';
import { numberWord } from './numbers.ts';
import { hoursOf } from './time.ts';

/** Typebot reads dates in English only: `25/12/2026`, `tomorrow`, `25 December 2026`. */
export const date = inputKind({
  about: {
    becomes: 'nothing: the bubble before it is the question',
    reads:
      'the usual Portuguese and Spanish words in English: `amanhã`, `25 de dezembro`, `sexta que vem`, `daqui a 3 dias`, `às 14h30`, `de 3 a 5 de maio`',
    differs: 'Typebot understands English only',
  },
  options: z.looseObject({ hasTime: lenient(z.boolean()), isRange: lenient(z.boolean()) }),
  read: (said, { options, settings }) =>
    readWords(said, settings, (text) => normaliseDate(text, { hasTime: options.hasTime === true, isRange: options.isRange === true })),
});

/** The usual words of Portuguese and Spanish dates in English. What has none of them stays as it was written, trimmed. */
export function normaliseDate(text: string, { hasTime, isRange }: { hasTime: boolean; isRange: boolean }): string {
  const folded = fold(text);
  let english = folded.replace(/^(\d{1,2})[.-](\d{1,2})$/u, '$1/$2');
  if (hasTime) english = withTimes(english);
  if (isRange) english = english.replace(/^entre (.+) (?:e|y) (.+)$/u, '$1 to $2').replace(/(?<=\S )(?:a|ate|al|hasta|-|–)(?= \S)/gu, 'to');
  for (const [pattern, phrase] of phrases) english = english.replace(pattern, phrase);
  english = english
    .replace(/\p{L}+/gu, (word) => words.get(word) ?? word)
    .replace(/\s+/gu, ' ')
    .trim();
  return english === folded ? text.trim() : english;
}

/** `14h30` and `2 da tarde` as `14:30` and `14:00`. */
function withTimes(text: string): string {
  return text
    .replace(/\b(\d{1,2}) ?h(?:oras?)? ?(\d{2})?\b/gu, (_, hours: string, minutes = '00') => `${hours}:${minutes}`)
    .replace(
      /\b(\d{1,2})(?::(\d{2}))? (?:da|de la) (manha|manana|madrugada|tarde|noite|noche)\b/gu,
      (_, hours: string, minutes: string | undefined, part: string) => `${hoursOf(Number(hours), part)}:${minutes ?? '00'}`,
    );
}

const unit: Readonly<Record<string, string>> = { d: 'days', s: 'weeks', m: 'months', a: 'years' };

const phrases: readonly (readonly [RegExp, (match: string, ...groups: string[]) => string])[] = [
  [/\bdepois de amanha\b|\bpasado manana\b/gu, () => 'in 2 days'],
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
  [/-feira\b/gu, () => ''],
  [
    /\b(?:esta|este|nesta|neste) (?=segunda|terca|quarta|quinta|sexta|sabado|domingo|lunes|martes|miercoles|jueves|viernes)/gu,
    () => 'this ',
  ],
  [/\b(?:(?:a|na) )?(\p{L}+) (?:que vem|que viene)\b/gu, (_, day) => `next ${day}`],
  [/\b(\d{1,2})(?:o|°)(?= )/gu, (_, day) => day],
  [/^(?:(?:no |el )?dia )?(?:de )*(?=\d)/u, () => ''],
  // Only behind a number: `ago` and `set` are words of their own.
  [/(?<=\d(?: de | ?[/-]| ))(fev|abr|mai|ago|set|out|dez|ene|dic)\b\.?/gu, (_, month) => months[month] ?? month],
  [/(?<=[\d\p{L}])(?: del?)+ (?=[\d\p{L}])/gu, () => ' '],
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
    monday: 'segunda lunes',
    tuesday: 'terca martes',
    wednesday: 'quarta miercoles',
    thursday: 'quinta jueves',
    friday: 'sexta viernes',
    saturday: 'sabado',
    sunday: 'domingo',
  }).flatMap(([english, others]) => others.split(' ').map((word): [string, string] => [word, english])),
);
