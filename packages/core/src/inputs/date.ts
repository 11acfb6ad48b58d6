import { z } from 'zod';
import { keywordForm } from '../normalise.ts';
import { readWords, send, unclear } from './answers.ts';
import { inPartOfDay, withClocks } from './clock.ts';
import { type Calendar, type Part, partsOf } from './date-parts.ts';
import { monthName, months } from './date-words.ts';
import { inputKind, lenient } from './input.ts';
import { withoutManners } from './manners.ts';
import { numberWord } from './number-words.ts';
import { isEnglishDate, mayHoldDate } from './typebot-reads.ts';

/**
 * Typebot reads dates in English only, finds them anywhere in a text (`tomorrow` in `not tomorrow`), and takes `05/12/2027` for 12 May unless
 * the input's own `format` begins with `dd`.
 */
export const date = inputKind({
  about: {
    becomes: 'nothing: the bubble before it is the question',
    reads:
      'dates and times in Portuguese, Spanish, English, German, French and Italian and in the digits of any script: `amanhã`, `25 de dezembro`, `25. Dezember 2027`, `le 25 décembre`, `1º de março`, `sexta` (the coming one), `sexta que vem`, `daqui a 3 dias`, `às 14h30 do dia 25/12/2027`, `15 Uhr`, `alle 15`, `de 3 a 5 de maio`. The day comes first in `05/12/2027` unless the input’s `format` has the month first; where Typebot would read it otherwise it is sent as `2027-12-05`. A sentence in which Typebot would find a day that was not meant (`não posso 25/12/2027`) is answered with `hints.date`',
    differs: 'Typebot understands English only, and takes the month first unless the format begins with `dd`',
  },
  options: z.looseObject({ hasTime: lenient(z.boolean()), isRange: lenient(z.boolean()), format: lenient(z.string()) }),
  read: (said, { options, settings }) =>
    readWords(said, settings, (text) => {
      const isTimed = options.hasTime === true;
      const read = readDate(text, { hasTime: isTimed, isRange: options.isRange === true, format: options.format ?? '' });
      return read === null ? unclear('date', settings) : send(read);
    }),
});

/** `format`: the input's own; empty: none. */
export type DateOptions = { hasTime: boolean; isRange: boolean; format: string };

/**
 * What Typebot has to be told so that it keeps the date that `text` says. A text without any date stays as it is, trimmed: Typebot refuses it in
 * the bot's own words. Null: Typebot would find a date in it that was not said.
 */
export function readDate(text: string, options: DateOptions): string | null {
  const folded = withoutManners(keywordForm(text));
  const parts = partsOf(withClocks(withDayNumbers(folded)), options.isRange);
  const said = parts === null ? null : options.isRange ? rangeOf(parts, options) : momentOf(parts, options);
  if (said !== null) return said;
  return mayHoldDate(folded) && !isEnglishDate(folded) ? null : text.trim();
}

/** `vinte e cinco de dezembro` and `primeiro de maio` with digits. */
function withDayNumbers(folded: string): string {
  return folded
    .replace(/(?<!\p{L})(?:primeir?o|premier|primo|erster|ersten|first)(?= (?:de |di |of )?\p{L}{3,})/gu, '1')
    .replace(
      /(?<!\p{L})(\p{L}+(?: (?:e|y) \p{L}+)?) (de |di |of )?(\p{L}{3,})/gu,
      (all, day: string, joint: string | undefined, month: string) => {
        const value = months.has(month) ? numberWord(day) : null;
        return value === null ? all : `${value} ${joint ?? ''}${month}`;
      },
    );
}

/** One day, with its time where one is asked for. Null when the parts say none, or more. */
function momentOf(parts: readonly Part[], options: DateOptions, year: number | null = null): string | null {
  const days = parts.filter((part) => part.type === 'calendar' || part.type === 'relative');
  const weekdays = parts.filter((part) => part.type === 'weekday');
  const clocks = parts.filter((part) => part.type === 'clock');
  const [dayPart, ...otherParts] = parts.filter((part) => part.type === 'dayPart');
  if (parts.some(({ type }) => type === 'number' || type === 'to') || otherParts.length > 0 || clocks.length > 1) return null;
  const day = dayOf(days, weekdays, options, year);
  if (day === null || !options.hasTime) return day;
  if (clocks[0]) return `${day} at ${dayPart ? inPartOfDay(clocks[0].clock, dayPart.english) : clocks[0].clock}`;
  return dayPart ? `${day} ${dayPart.english}` : day;
}

type Day = Extract<Part, { type: 'calendar' | 'relative' }>;

/** Beside a date a weekday says the same again; beside `next week` it does not. */
function dayOf(
  days: readonly Day[],
  weekdays: readonly Extract<Part, { type: 'weekday' }>[],
  options: DateOptions,
  year: number | null,
): string | null {
  const [day, otherDay] = days;
  const [weekday, otherWeekday] = weekdays;
  if (otherDay !== undefined || otherWeekday !== undefined) return null;
  if (day === undefined) return weekday === undefined ? null : `${weekday.which} ${weekday.english}`;
  if (day.type === 'calendar') return writtenFor(options.format, day.date, year);
  return weekday === undefined || /^(?:today|tomorrow|tonight|in 2 days)$/u.test(day.english) ? day.english : null;
}

/** Both ends; what is said once, the month or the year, holds for both. */
function rangeOf(parts: readonly Part[], options: DateOptions): string | null {
  const split = parts.findIndex(({ type }) => type === 'to');
  const second = parts.findLastIndex(({ type }) => type === 'calendar' || type === 'relative' || type === 'weekday');
  const at = split === -1 ? second : split;
  const to = parts.slice(split === -1 ? at : at + 1);
  const end = to.find((part) => part.type === 'calendar');
  const from = parts
    .slice(0, at)
    .map((part): Part => (part.type === 'number' && end ? inMonthOf(end.date, part.value, options.format) : part));
  const ends = [momentOf(from, options, end?.date.year ?? null), momentOf(to, options)];
  return ends.includes(null) ? null : ends.join(' to ');
}

function inMonthOf(named: Calendar, day: number, format: string): Part {
  const { month = 0, year = null } = dayAndMonth(format, named) ?? {};
  return { type: 'calendar', date: { type: 'named', day, month, year } };
}

/** As Typebot understands it. `year`: of the other end of a range, where none is said. Null when there is no such day. */
function writtenFor(format: string, said: Calendar, year: number | null): string | null {
  const meant = dayAndMonth(format, said);
  if (meant === null) return null;
  const { day, month } = meant;
  const whole = said.year ?? year;
  if (said.type === 'named') return `${day} ${monthName(month)}${whole === null ? '' : ` ${whole}`}`;
  if (said.type === 'numeric' && said.written !== null && said.year === whole && isReadRight(format, said, meant)) return said.written;
  if (whole === null) return `${day} ${monthName(month)}`;
  return `${String(whole).padStart(4, '0')}-${String(month).padStart(2, '0')}-${String(day).padStart(2, '0')}`;
}

/** The month first, unless the format begins with `dd`; the other way round where the month would be beyond the twelfth. */
function isReadRight(
  format: string,
  { first, second }: Extract<Calendar, { type: 'numeric' }>,
  meant: { day: number; month: number },
): boolean {
  if (format.startsWith('dd')) return first === meant.day && second === meant.month;
  return first > 12 ? second === meant.month : first === meant.month;
}

/** The day first, unless the format has the month first; the other way round where that is no day. */
function dayAndMonth(format: string, said: Calendar): { day: number; month: number; year: number | null } | null {
  if (said.type !== 'numeric') return isDay(said) ? said : null;
  const { first, second, year } = said;
  const orders = [
    { day: first, month: second, year },
    { day: second, month: first, year },
  ];
  return (hasMonthFirst(format) ? orders.toReversed() : orders).find(isDay) ?? null;
}

function isDay({ day, month, year }: { day: number; month: number; year: number | null }): boolean {
  return month >= 1 && month <= 12 && day >= 1 && day <= new Date(Date.UTC(year ?? 2_000, month, 0)).getUTCDate();
}

/** `MM/dd/yyyy` and `MMMM d`, but not `yyyy-MM-dd`: who answers that one by hand writes as everybody does. */
function hasMonthFirst(format: string): boolean {
  const order = format.replace(/'[^']*'/gu, '').replace(/[^yMd]/gu, '');
  return order.startsWith('M');
}
