import { z } from 'zod';
import { readWords } from './answers.ts';
import { fold } from './fold.ts';
import { inputKind } from './input.ts';
import { numberWord } from './numbers.ts';

/** Typebot reads times in English: `14:30` and `2pm`, but neither `14h30` nor a bare `14`. */
export const time = inputKind({
  about: {
    becomes: 'nothing: the bubble before it is the question',
    reads: '`14h30`, `14h`, `14.30`, `9`, `às 9 horas`, `2 da tarde`, `nove e meia`, `meio-dia` as `HH:mm`',
    differs: 'Typebot understands `14:30` and `2pm`, but not `14h30` or `9`',
  },
  options: z.looseObject({}),
  read: (said, { settings }) => readWords(said, settings, normaliseTime),
});

/** `14h30`, `14 horas`, `às 14h`, `14.30`, `14`, `2 da tarde` and `nove e meia` as `14:30`, `14:00` and `09:30`; anything else trimmed. */
export function normaliseTime(text: string): string {
  const folded = fold(text)
    .replace(/^(?:as|(?:a )?las?) /u, '')
    .replace(/^\p{L}+(?= |$)/u, (word) => String(numberWord(word) ?? word))
    .replace(/^(?:ao |a |al )?(?:meio[ -]dia|mediodia)/u, '12')
    .replace(/^(?:a )?(?:meia[ -]noite|medianoche)/u, '0');
  const [, said, minutes, half, part] = spoken.exec(folded) ?? [];
  if (said === undefined) return text.trim();
  const hours = hoursOf(Number(said), part);
  const past = half === undefined ? Number(minutes ?? 0) : 30;
  return hours > 23 || past > 59 ? text.trim() : `${pad(hours)}:${pad(past)}`;
}

/** The hour of the day when it was said with a part of the day: `2`, `tarde` is 14. */
export function hoursOf(hours: number, part: string | undefined): number {
  if (part === undefined || hours > 12) return hours;
  if (/^(?:manha|manana|madrugada)$/.test(part)) return hours === 12 ? 0 : hours;
  // Twelve at night is midnight, and what is small belongs to the small hours.
  if (/^(?:noite|noche)$/.test(part)) return hours === 12 ? 0 : hours < 6 ? hours : hours + 12;
  return hours === 12 ? 12 : hours + 12;
}

const spoken =
  /^(\d{1,2})(?: ?(?:h|hs|hrs?|horas?|:|\.) ?)?(?:(?<=\D)(\d{2}) ?(?:m|min|minutos)?|( ?(?:e|y) (?:meia|media)))?(?: (?:da|de la|en la|por la) (manha|manana|madrugada|tarde|noite|noche))?$/u;

function pad(amount: number): string {
  return String(amount).padStart(2, '0');
}
