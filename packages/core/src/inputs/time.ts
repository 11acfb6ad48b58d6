import { z } from 'zod';
import { readWords } from './answers.ts';
import { fold } from './fold.ts';
import { inputKind } from './input.ts';

/** Typebot reads times in English: `14:30` and `2pm`, but neither `14h30` nor a bare `14`. */
export const time = inputKind({
  options: z.looseObject({}),
  read: (said, { settings }) => readWords(said, settings, normaliseTime),
});

/** `14h30`, `14 horas`, `às 14h`, `14.30` and `14` as `14:30` and `14:00`; anything else trimmed. */
export function normaliseTime(text: string): string {
  const folded = fold(text);
  const word = words.get(folded);
  if (word !== undefined) return word;
  const [, hours, minutes] =
    /^(?:as |a las? )?(\d{1,2})(?: ?(?:h|hs|hrs?|horas?|:|\.) ?)?(?:(?<=\D)(\d{2}) ?(?:m|min|minutos)?)?$/u.exec(folded) ?? [];
  if (hours === undefined || Number(hours) > 23 || Number(minutes ?? 0) > 59) return text.trim();
  return `${hours.padStart(2, '0')}:${minutes ?? '00'}`;
}

const words: ReadonlyMap<string, string> = new Map([
  ['meio-dia', '12:00'],
  ['meio dia', '12:00'],
  ['mediodia', '12:00'],
  ['meia-noite', '00:00'],
  ['meia noite', '00:00'],
  ['medianoche', '00:00'],
]);
