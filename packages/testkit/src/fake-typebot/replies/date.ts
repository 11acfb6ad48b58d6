import * as chrono from 'chrono-node';
import { write } from './written-date.ts';
import { invalid, ofText, textOption, valid } from './verdict.ts';

/**
 * Read with the library that Typebot itself uses, in English: `05/12/2027` is 12 May unless the input's own `format` begins with `dd`.
 * Without a format of its own the month comes first, whatever the default format is.
 */
export const date = ofText((text, { options = {} }) => {
  const hasTime = options['hasTime'] === true;
  const isRange = options['isRange'] === true;
  const ownFormat = textOption(options['format']);
  const format = ownFormat ?? (hasTime ? 'dd/MM/yyyy HH:mm' : 'dd/MM/yyyy');
  const reader = ownFormat?.startsWith('dd') ? chrono.en.GB : chrono.en.casual;
  const [found] = reader.parse(text);
  if (found === undefined || (isRange && !found.end)) return invalid;
  const ends = isRange && found.end ? [found.start.date(), found.end.date()] : [found.start.date()];
  const isWithin = ends.every((end) => isBetween(end, limit(options['min']), limit(options['max'])));
  return isWithin ? valid(ends.map((end) => write(end, format)).join(' to ')) : invalid;
});

/** A day without a time is noon and a limit is midnight, so `max` refuses its own day. */
function isBetween(day: Date, min: Date | null, max: Date | null): boolean {
  return (min === null || day >= min) && (max === null || day <= max);
}

/** `yyyy-MM-dd` or `yyyy-MM-ddTHH:mm`. */
function limit(option: unknown): Date | null {
  const text = textOption(option);
  if (text === undefined) return null;
  return new Date(text.includes('T') ? text : `${text}T00:00`);
}
