import { z } from 'zod';
import { fold } from '../normalise.ts';
import { readWords, send, unclear } from './answers.ts';
import { clockIn } from './clock.ts';
import { inputKind } from './input.ts';
import { mayHoldDate } from './typebot-reads.ts';

/** Typebot reads times in English and finds one anywhere: `14:30` of `not before 14:30`, but nothing in `14h30` or a bare `14`. */
export const time = inputKind({
  about: {
    becomes: 'nothing: the bubble before it is the question',
    reads:
      '`14h30`, `14h`, `14.30`, `9`, `às 9 horas`, `2 da tarde`, `nove e quinze`, `meio-dia`, `15 Uhr`, `halb drei`, `alle 15`, `2pm`, in the digits of any script, as `HH:mm`. A sentence in which Typebot would find a time that was not meant (`depois das 14:00`) is answered with `hints.time`',
    differs: 'Typebot understands `14:30` and `2pm`, but not `14h30` or `9`',
  },
  options: z.looseObject({}),
  read: (said, { settings }) =>
    readWords(said, settings, (text) => {
      const clock = clockIn(text);
      if (clock !== null) return send(clock);
      return mayHoldDate(fold(text)) ? unclear('time', settings) : send(text.trim());
    }),
});
