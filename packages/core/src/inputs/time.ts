import { z } from 'zod';
import { readWords } from './answers.ts';
import { clockIn } from './clock.ts';
import { inputKind } from './input.ts';

/** Typebot reads times in English: `14:30` and `2pm`, but neither `14h30` nor a bare `14`. */
export const time = inputKind({
  about: {
    becomes: 'nothing: the bubble before it is the question',
    reads: '`14h30`, `14h`, `14.30`, `9`, `às 9 horas`, `2 da tarde`, `nove e quinze`, `meio-dia` as `HH:mm`',
    differs: 'Typebot understands `14:30` and `2pm`, but not `14h30` or `9`',
  },
  options: z.looseObject({}),
  read: (said, { settings }) => readWords(said, settings, normaliseTime),
});

/**
 * A time said in any of the usual ways as `HH:mm`; anything else trimmed. In a sentence nothing is rewritten: Typebot would find the time that
 * `não posso às 14h` names.
 */
export function normaliseTime(text: string): string {
  return clockIn(text) ?? text.trim();
}
