import { dayParts, months, relativeDays, units, weekdays, which } from './date-words.ts';
import { numberWord } from './number-words.ts';

/** A day of the calendar. `written`: by numbers only, as it was written; then `first` and `second` may be day and month or month and day. */
export type Calendar =
  | { type: 'iso'; day: number; month: number; year: number }
  | { type: 'named'; day: number; month: number; year: number | null }
  | { type: 'numeric'; first: number; second: number; year: number | null; written: string | null };

/** What a date is made of, in the order it was written. */
export type Part =
  | { type: 'calendar'; date: Calendar }
  /** `english`: a phrase such as `tomorrow` or `in 3 days`. */
  | { type: 'relative'; english: string }
  | { type: 'weekday'; english: string; which: 'this' | 'next' }
  | { type: 'clock'; clock: string }
  | { type: 'dayPart'; english: string }
  /** Days of a month that is named later: the 3 of `3 a 5 de maio`. */
  | { type: 'number'; value: number }
  /** Between the two ends of a range. */
  | { type: 'to' };

/**
 * The parts of folded text with clocks as `14:30`. Null where a word is left that belongs to no date: `hoje não` is none. `isRange`: whether
 * words like `a` and `e` part two days.
 */
export function partsOf(text: string, isRange: boolean): Part[] | null {
  const parts: Part[] = [];
  let at = 0;
  while (at < text.length) {
    const taken = next(text, at, isRange, parts);
    if (taken === null) return null;
    if (taken.part) parts.push(taken.part);
    at = taken.end;
  }
  return parts;
}

type Taken = { end: number; part?: Part };

function next(text: string, at: number, isRange: boolean, before: readonly Part[]): Taken | null {
  const gap = match(/[ ,;()]+/uy, text, at);
  if (gap) return { end: at + gap[0].length };
  return (
    calendar(text, at, isRange) ??
    clock(text, at) ??
    phrase(text, at, relativeDays, 'relative') ??
    distance(text, at) ??
    phrase(text, at, dayParts, 'dayPart') ??
    weekday(text, at) ??
    (isRange ? to(text, at, before) : null) ??
    number(text, at) ??
    filler(text, at)
  );
}

const joint = String.raw`(?:\.|º|°|ª|[oa](?= )|st|nd|rd|th|er|eme|re)?[ ./-]*(?:de |del |di |of |d')?`;
const iso = /(\d{4})([-/.])(\d{1,2})\2(\d{1,2})(?!\d)t?/uy;
const numericYear = /(\d{1,2})( ?)([/.-])\2(\d{1,2})\2\3\2(\d{4}|\d{2})(?![\d:])/uy;
const spacedYear =
  /(\d{1,2}) ?[/ ] ?(\d{1,2}) ?[/ ] ?(\d{4})(?!\d)|(\d{1,2}) de (\d{1,2})(?: de (\d{4}))?(?!\d)|(\d{2})(\d{2})((?:19|20)\d{2})(?!\d)/uy;
const dayMonthName = new RegExp(
  String.raw`(?:(?:the|le|el|il|l'|der|den|dem) ?)?(\d{1,2})${joint}(\p{L}{3,})\.?(?:[ ,/-]*(?:de |del |of )?(\d{4}))?(?![\p{L}\d])`,
  'uy',
);
const monthNameDay = /(\p{L}{3,})\.? (\d{1,2})(?:st|nd|rd|th)?(?![\d:])(?:,? ?(\d{4}))?(?!\d)/uy;
const dayMonth = /(\d{1,2}) ?\/ ?(\d{1,2})(?![\d/])/uy;
const dottedDayMonth = /(\d{1,2})[.-](\d{1,2})\.?(?![\d:])/uy;

/** Between two days of a range a hyphen is no separator of one. */
const dottedOnly = /(\d{1,2})\.(\d{1,2})\.?(?![\d:])/uy;

function calendar(text: string, at: number, isRange: boolean): Taken | null {
  const [all = '', year, , month, day] = match(iso, text, at) ?? [];
  if (year !== undefined) {
    const date: Calendar = { type: 'iso', day: Number(day), month: Number(month), year: Number(year) };
    return { end: at + all.length, part: { type: 'calendar', date } };
  }

  const full = match(numericYear, text, at);
  if (full) return numeric(at + full[0].length, full[1], full[4], full[5], full[0].replaceAll(' ', ''));
  const spaced = match(spacedYear, text, at);
  if (spaced) {
    const [first, second, third] = spaced.slice(1).filter((group) => group !== undefined);
    return numeric(at + spaced[0].length, first, second, third, third === undefined ? null : `${first}/${second}/${third}`);
  }
  const dayFirst = match(dayMonthName, text, at);
  const monthAfter = months.get(dayFirst?.[2] ?? '');
  if (dayFirst && monthAfter !== undefined) {
    return {
      end: at + dayFirst[0].length,
      part: named(Number(dayFirst[1]), monthAfter, dayFirst[3] === undefined ? null : Number(dayFirst[3])),
    };
  }
  const monthFirst = match(monthNameDay, text, at);
  const monthBefore = months.get(monthFirst?.[1] ?? '');
  if (monthFirst && monthBefore !== undefined) {
    return {
      end: at + monthFirst[0].length,
      part: named(Number(monthFirst[2]), monthBefore, monthFirst[3] === undefined ? null : Number(monthFirst[3])),
    };
  }
  const short = match(dayMonth, text, at) ?? match(isRange ? dottedOnly : dottedDayMonth, text, at);
  return short ? numeric(at + short[0].length, short[1], short[2], undefined, `${short[1]}/${short[2]}`) : null;
}

function named(day: number, month: number, year: number | null): Part {
  return { type: 'calendar', date: { type: 'named', day, month, year } };
}

/** A year of two digits is one of the century around us, as Typebot's library takes it. */
function numeric(end: number, first = '', second = '', year: string | undefined, written: string | null): Taken {
  const isShort = year?.length === 2;
  const whole = year === undefined ? null : Number(year) + (isShort ? (Number(year) > 50 ? 1_900 : 2_000) : 0);
  const date: Calendar = { type: 'numeric', first: Number(first), second: Number(second), year: whole, written: isShort ? null : written };
  return { end, part: { type: 'calendar', date } };
}

function clock(text: string, at: number): Taken | null {
  const [all = '', hours = '', minutes = ''] =
    match(/(?:(?:as|a las?|at|um|gegen|alle ore|alle|ore|a|vers|pelas|das|por volta das) )?(\d{1,2}):(\d{2})(?!\d)/uy, text, at) ?? [];
  if (all === '' || Number(hours) > 23 || Number(minutes) > 59) return null;
  return { end: at + all.length, part: { type: 'clock', clock: `${hours}:${minutes}` } };
}

function phrase(text: string, at: number, phrases: typeof relativeDays, type: 'relative' | 'dayPart'): Taken | null {
  const found = phrases.find(([words]) => text.startsWith(words, at) && !/\p{L}/u.test(text.charAt(at + words.length)));
  return found === undefined ? null : { end: at + found[0].length, part: { type, english: found[1] } };
}

/** `daqui a 3 dias`, `in two weeks`, `vor 2 tagen`, `il y a 3 jours`, `3 giorni fa`. */
function distance(text: string, at: number): Taken | null {
  const ahead = match(/(?:daqui a|daqui|dentro de|em|en|in|within|dans|tra|fra) (\d{1,3}|\p{L}+) (\p{L}+)/uy, text, at);
  const ago =
    match(/(?:ha|hace|vor|il y a) (\d{1,3}|\p{L}+) (\p{L}+)/uy, text, at) ??
    match(/(\d{1,3}|\p{L}+) (\p{L}+) (?:ago|atras|fa)(?!\p{L})/uy, text, at);
  const found = ahead ?? ago;
  const unit = units.get(found?.[2] ?? '');
  const count = found?.[1] ?? '';
  const amount = /\d/.test(count) ? Number(count) : numberWord(count);
  if (!found || unit === undefined || amount === null) return null;
  return { end: at + found[0].length, part: { type: 'relative', english: ahead ? `in ${amount} ${unit}` : `${amount} ${unit} ago` } };
}

function weekday(text: string, at: number): Taken | null {
  const found = match(
    /(?:(?<before>\p{L}+) )?(?<day>\p{L}{3,})\.?(?:[ -]feira)?(?: (?<after>que vem|que viene|\p{L}+))?(?!\p{L})/uy,
    text,
    at,
  );
  const { before, day = '', after = '' } = found?.groups ?? {};
  const english = weekdays.get(day);
  if (found && english !== undefined && before !== undefined && which.has(before)) {
    return weekdayTaken(at, found[0], english, which.get(before), after);
  }
  const alone = match(/(\p{L}{3,})\.?(?:[ -]feira)?(?: (que vem|que viene|\p{L}+))?(?!\p{L})/uy, text, at);
  const name = weekdays.get(alone?.[1] ?? '');
  return alone && name !== undefined ? weekdayTaken(at, alone[0], name, undefined, alone[2] ?? '') : null;
}

/** A bare weekday is the nearest one for Typebot, which may be past; `this` makes it the coming one. */
function weekdayTaken(at: number, all: string, english: string, before: 'this' | 'next' | undefined, after: string): Taken {
  const meant = before ?? which.get(after);
  const end = at + all.length - (after !== '' && !which.has(after) ? after.length + 1 : 0);
  return { end, part: { type: 'weekday', english, which: meant ?? 'this' } };
}

/** `to` only stands behind something: the `de` and `a` before the first day are fillers. */
function to(text: string, at: number, before: readonly Part[]): Taken | null {
  const found = match(
    /(?:to|until|till|through|ao?|ate|al?|hasta|bis|au|jusqu'au|fino al?|fino a|e|y|and|et|und|ed|-)(?![\p{L}'])/uy,
    text,
    at,
  );
  const isBehindDay = before.some(({ type }) => type !== 'to') && before.at(-1)?.type !== 'to';
  return found && isBehindDay ? { end: at + found[0].length, part: { type: 'to' } } : null;
}

function number(text: string, at: number): Taken | null {
  const found = match(/(\d{1,2})(?:\.|º|°|st|nd|rd|th)?(?![\d\p{L}/:])/uy, text, at);
  return found ? { end: at + found[0].length, part: { type: 'number', value: Number(found[1]) } } : null;
}

const fillers =
  /(?:dia|no|na|nos|nas|em|en|o|a|os|as|el|la|le|il|lo|the|on|of|at|de|do|da|del|della|dal|des|du|d'|l'|dem|den|der|am|im|ab|zum|para|pra|pro|per|pour|for|fur|vom|von|from|desde|entre|between|zwischen|tra|fra|tag|giorno|jour|day|feira|um|alle|to|mesmo)(?!\p{L})|[-.!]/uy;

function filler(text: string, at: number): Taken | null {
  const found = match(fillers, text, at);
  return found ? { end: at + found[0].length } : null;
}

function match(pattern: RegExp, text: string, at: number): RegExpExecArray | null {
  // A word is read from its beginning only.
  if (at > 0 && /\p{L}/u.test(text.charAt(at - 1)) && /\p{L}/u.test(text.charAt(at))) return null;
  pattern.lastIndex = at;
  return pattern.exec(text);
}
