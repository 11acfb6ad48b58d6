import { fold } from './fold.ts';
import { withoutManners } from './manners.ts';
import { withDigits } from './numbers.ts';

/** The time of day that `text` is, as `HH:mm`: `14h30`, `14 horas`, `às 14h`, `14.30`, `14`, `2 da tarde`, `nove e quinze`. Null for anything else. */
export function clockIn(text: string): string | null {
  const words = withoutManners(fold(text).replace(/[.!?]$/u, ''))
    .replace(/ (?:em ponto|en punto)$/u, '')
    .replace(/^(?:(?:por volta|la|umas|tipo) )?(?:(?:as|das|pelas|a las?|las?) )?/u, '');
  const [, hours, minutes, past] = /^(\d{1,2})(?:[:.](\d{2})| (?:e|y) (\d{1,2}))?$/u.exec(withClocks(withDigits(words))) ?? [];
  const minute = Number(minutes ?? past ?? 0);
  if (hours === undefined || Number(hours) > 23 || minute > 59) return null;
  return `${hours.padStart(2, '0')}:${String(minute).padStart(2, '0')}`;
}

/** Folded text with `14:30` for every `14h30`, `2 e meia da tarde`, `às nove` or `meio-dia` in it. */
export function withClocks(text: string): string {
  if (countsBack.test(text)) return text;
  let clocks = text;
  for (const [pattern, clock] of spoken) clocks = clocks.replace(pattern, clock);
  return clocks;
}

const spoken: readonly (readonly [RegExp, (match: string, ...groups: (string | undefined)[]) => string])[] = [
  [/(?<!\p{L})(?:ao |al )?(?:meio[ -]dia|mediodia)(?!\p{L})/gu, () => '12:00'],
  [/(?<!\p{L})(?:meia[ -]noite|medianoche)(?!\p{L})/gu, () => '0:00'],
  // `às nove e quinze`
  [/(?<!\p{L})(?:as|a las?) \p{L}+(?: (?:e|y) \p{L}+)?/gu, withDigits],
  // `14:30h`
  [/(?<!\d)(\d{1,2}:\d{2}) ?(?:hs|hrs?|h)(?![\p{L}\d])/gu, (_, clock = '') => clock],
  // `14h`, `14h30`, `14 horas e 30 minutos`; of `14h 25/12` and `14h 25 de dezembro` only `14h`
  [
    /(?<![\d:])(\d{1,2}) ?(?:hs|hrs?|horas?|h)(?:(?:(?: e | y )?([0-5]\d)| ([0-5]\d)(?! de ))(?: ?(?:minutos|min|m))?)?(?![\p{L}\d/])/gu,
    (_, hours, minutes, apart = '00') => `${hours}:${minutes ?? apart}`,
  ],
  // `2 e meia`
  [/(?<![\d:/.-])(\d{1,2})(?::00)? (?:e|y) (?:meia|media|meio)(?!\p{L})/gu, (_, hours) => `${hours}:30`],
  // `2 da tarde`, `2:30 de la tarde`
  [
    /(?<![\d:/.-])(\d{1,2})(?::(\d{2}))? (?:da|de la|en la|por la) (manha|manana|madrugada|tarde|noite|noche)(?!\p{L})/gu,
    (_, hours, minutes = '00', part = '') => `${hourOfDay(Number(hours), part)}:${minutes}`,
  ],
];

/** `dez para as nove`, `las tres menos cuarto`: the hour that is named is not the one that is meant. */
const countsBack = /\bpara (?:a|as|o) |\bmenos\b/u;

/** The hour of the day when it was said with a part of the day: `2`, `tarde` is 14. */
function hourOfDay(hours: number, part: string): number {
  if (hours > 12) return hours;
  if (/^(?:manha|manana|madrugada)$/.test(part)) return hours === 12 ? 0 : hours;
  // Twelve at night is midnight, and what is small belongs to the small hours.
  if (/^(?:noite|noche)$/.test(part)) return hours === 12 ? 0 : hours < 6 ? hours : hours + 12;
  return hours === 12 ? 12 : hours + 12;
}
