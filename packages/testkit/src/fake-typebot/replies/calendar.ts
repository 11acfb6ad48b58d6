/** A day and, when it was said, a time. `month` from 1. */
export type Moment = { year: number; month: number; day: number; hour: number; minute: number };

const months = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const monthName = '(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*';
const daysFromToday: Readonly<Record<string, number>> = { yesterday: -1, today: 0, tonight: 0, tomorrow: 1 };
const daysIn: Readonly<Record<string, number>> = { day: 1, week: 7, month: 30, year: 365 };
const weekdays = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'];

/** English only, and only the usual ways to say it. Null when none is found or there is no such day. */
export function parseDay(text: string, dayFirst: boolean): Omit<Moment, 'hour' | 'minute'> | null {
  const iso = /\b(\d{4})-(\d{1,2})-(\d{1,2})/.exec(text);
  if (iso) return day(iso[1], iso[2], iso[3]);
  const slashes = /\b(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})\b/.exec(text);
  if (slashes) return dayFirst ? day(slashes[3], slashes[2], slashes[1]) : day(slashes[3], slashes[1], slashes[2]);
  const dayMonth = new RegExp(`\\b(\\d{1,2})(?:st|nd|rd|th)?(?: of)? ${monthName}(?:,? (\\d{4}))?\\b`, 'i').exec(text);
  if (dayMonth) return named(dayMonth[2], dayMonth[1], dayMonth[3]);
  const monthDay = new RegExp(`\\b${monthName} (\\d{1,2})(?:st|nd|rd|th)?(?:,? (\\d{4}))?\\b`, 'i').exec(text);
  if (monthDay) return named(monthDay[1], monthDay[2], monthDay[3]);
  const dayOfYear = /(?<![\d/])(\d{1,2})\/(\d{1,2})(?![\d/])/.exec(text);
  if (dayOfYear) return dayFirst ? day(thisYear(), dayOfYear[2], dayOfYear[1]) : day(thisYear(), dayOfYear[1], dayOfYear[2]);
  const days = daysAhead(text);
  return days === null ? null : fromToday(days);
}

/** `today`, `in 3 days`, `next week`, `friday`, `next friday`: counted from today. */
function daysAhead(text: string): number | null {
  const word = /\b(yesterday|today|tonight|tomorrow)\b/i.exec(text)?.[1];
  if (word !== undefined) return daysFromToday[word.toLowerCase()] ?? 0;
  const [, amount, unit] = /\bin (\d+) (day|week|month|year)s?\b/i.exec(text) ?? [];
  if (unit !== undefined) return Number(amount) * (daysIn[unit.toLowerCase()] ?? 0);
  const [, nextUnit] = /\bnext (week|month|year)\b/i.exec(text) ?? [];
  if (nextUnit !== undefined) return daysIn[nextUnit.toLowerCase()] ?? 0;
  const [, which, name] = new RegExp(`\\b(?:(this|next)\\s+)?(${weekdays.join('|')})\\b`, 'i').exec(text) ?? [];
  if (name === undefined) return null;
  const ahead = weekdays.indexOf(name.toLowerCase()) - new Date().getDay();
  if (which !== undefined) return which.toLowerCase() === 'next' ? ahead + 7 : (ahead + 7) % 7;
  // A bare weekday is the nearest one, which may be past; `this` is never past.
  return ahead > 3 ? ahead - 7 : ahead < -3 ? ahead + 7 : ahead;
}

/** `14:30`, `2pm`, `2:30 pm`, `noon`, `midnight`; a bare number is no time, nor is `14h30`. */
export function parseTime(text: string): { hour: number; minute: number } | null {
  if (/\bnoon\b/i.test(text)) return { hour: 12, minute: 0 };
  if (/\bmidnight\b/i.test(text)) return { hour: 0, minute: 0 };
  const [, hours, minutes, half] = /\b(\d{1,2})(?::(\d{2}))?\s*(am|pm)?\b/i.exec(onlyTimes(text)) ?? [];
  if (hours === undefined || (minutes === undefined && half === undefined)) return null;
  const hour = half === undefined ? Number(hours) : (Number(hours) % 12) + (half.toLowerCase() === 'pm' ? 12 : 0);
  const minute = Number(minutes ?? 0);
  const isReal = hour < 24 && minute < 60 && (half === undefined || (Number(hours) >= 1 && Number(hours) <= 12));
  return isReal ? { hour, minute } : null;
}

/** Writes with the letters `yyyy MM dd HH mm` of `format`. */
export function write({ year, month, day: date, hour, minute }: Moment, format: string): string {
  const parts: Record<string, string> = { yyyy: pad(year, 4), MM: pad(month), dd: pad(date), HH: pad(hour), mm: pad(minute) };
  return format.replace(/yyyy|MM|dd|HH|mm/g, (letters) => parts[letters] ?? letters);
}

/** Takes everything away that is not a time, so that the day of a date is not read as an hour. */
function onlyTimes(text: string): string {
  return text.match(/\b\d{1,2}:\d{2}\b(?:\s*(?:am|pm)\b)?|\b\d{1,2}\s*(?:am|pm)\b/i)?.[0] ?? '';
}

function day(year = '', month = '', date = '') {
  const found = { year: Number(year), month: Number(month), day: Number(date) };
  const real = new Date(Date.UTC(found.year, found.month - 1, found.day));
  return real.getUTCMonth() === found.month - 1 && real.getUTCDate() === found.day ? found : null;
}

function thisYear(): string {
  return String(new Date().getFullYear());
}

function named(month = '', date = '', year = thisYear()) {
  return day(year, String(months.indexOf(month.slice(0, 3).toLowerCase()) + 1), date);
}

function fromToday(days: number) {
  const date = new Date();
  date.setDate(date.getDate() + days);
  return { year: date.getFullYear(), month: date.getMonth() + 1, day: date.getDate() };
}

function pad(number: number, length = 2): string {
  return String(number).padStart(length, '0');
}
