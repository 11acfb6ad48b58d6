import { z } from 'zod';
import { readWords } from './answers.ts';
import { fold } from './fold.ts';
import { inputKind, lenient } from './input.ts';

/** Typebot reads dates in English only: `25/12/2026`, `tomorrow`, `25 December 2026`. */
export const date = inputKind({
  options: z.looseObject({ hasTime: lenient(z.boolean()), isRange: lenient(z.boolean()) }),
  read: (said, { options, settings }) =>
    readWords(said, settings, (text) => normaliseDate(text, { hasTime: options.hasTime === true, isRange: options.isRange === true })),
});

/** The usual words of Portuguese and Spanish dates in English. What has none of them stays as it was written, trimmed. */
export function normaliseDate(text: string, { hasTime, isRange }: { hasTime: boolean; isRange: boolean }): string {
  const folded = fold(text);
  let english = folded;
  if (isRange) english = english.replace(/(?<=\S )(?:a|ate|al|hasta|-|–)(?= \S)/gu, 'to');
  if (hasTime) english = english.replace(/\b(\d{1,2}) ?h ?(\d{2})?\b/gu, (_, hours: string, minutes = '00') => `${hours}:${minutes}`);
  for (const [pattern, word] of phrases) english = english.replace(pattern, word);
  english = english
    .replace(/\p{L}+/gu, (word) => words.get(word) ?? word)
    .replace(/\s+/gu, ' ')
    .trim();
  return english === folded ? text.trim() : english;
}

const phrases: readonly (readonly [RegExp, string])[] = [
  [/\bdepois de amanha\b|\bpasado manana\b/gu, 'in 2 days'],
  [/-feira\b/gu, ''],
  [/\b(\d{1,2})(?:o|°)(?= )/gu, '$1'],
  [/^(?:de )+(?=\d)/u, ''],
  [/(?<=[\d\p{L}])(?: del?)+ (?=[\d\p{L}])/gu, ' '],
  [/(?<=\S )(?:as|a las?) (?=\d)/gu, 'at '],
];

const words: ReadonlyMap<string, string> = new Map(
  Object.entries({
    today: 'hoje hoy',
    tomorrow: 'amanha manana',
    yesterday: 'ontem ayer',
    next: 'proximo proxima',
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
