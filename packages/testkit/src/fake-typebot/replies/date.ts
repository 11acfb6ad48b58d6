import { parseDay, parseTime, write } from './calendar.ts';
import type { Moment } from './calendar.ts';
import { invalid, ofText, textOption, valid } from './verdict.ts';

/**
 * Dates in English. Typebot reads them with a library for natural language; this understands the usual forms and refuses
 * the rest, so it is never more lenient.
 */
export const date = ofText((text, { options = {} }) => {
  const hasTime = options['hasTime'] === true;
  const format = textOption(options['format']) ?? (hasTime ? 'dd/MM/yyyy HH:mm' : 'dd/MM/yyyy');
  const isRange = options['isRange'] === true;
  const parts = isRange ? ends(text) : [text];
  const moments = parts.map((part) => momentOf(part, format.startsWith('dd')));
  if (parts.length !== (isRange ? 2 : 1) || !moments.every((moment) => moment !== null)) return invalid;
  if (!moments.every((moment) => isWithin(moment, textOption(options['min']), textOption(options['max']), hasTime))) return invalid;
  return valid(moments.map((moment) => write(moment, format)).join(' to '));
});

/** Both ends of `3 to 5 may` have the month that is named once. */
function ends(text: string): string[] {
  const [from = '', to, ...others] = text.split(/\s+to\s+/i);
  const isBare = to !== undefined && /^\d{1,2}$/.test(from.trim());
  return to === undefined ? [from] : [isBare ? to.replace(/\d{1,2}/, from.trim()) : from, to, ...others];
}

function momentOf(text: string, dayFirst: boolean): Moment | null {
  const day = parseDay(text, dayFirst);
  return day && { ...day, ...(parseTime(text) ?? { hour: 12, minute: 0 }) };
}

/** Limits are `yyyy-MM-dd`, with `THH:mm` when the input has a time: written alike, they compare as texts. */
function isWithin(moment: Moment, min: string | undefined, max: string | undefined, hasTime: boolean): boolean {
  const written = write(moment, hasTime ? 'yyyy-MM-ddTHH:mm' : 'yyyy-MM-dd');
  return (min === undefined || written >= min) && (max === undefined || written <= max);
}
