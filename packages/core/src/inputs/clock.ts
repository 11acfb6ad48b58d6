import { keywordForm } from '../normalise.ts';
import { withoutManners } from './manners.ts';
import { numberWord, withDigits } from './number-words.ts';

/**
 * The time of day that `text` is, as `HH:mm`: `14h30`, `às 14 horas`, `14.30`, `14`, `2 da tarde`, `nove e quinze`, `15 Uhr`, `halb drei`,
 * `alle 15`, `3 heures et demie`, `2pm`. Null for anything else.
 */
export function clockIn(text: string): string | null {
  const words = withoutManners(keywordForm(text))
    .replace(/ (?:em ponto|en punto|in punto|pile|sharp|o'?clock)$/u, '')
    .replace(preposition, '');
  const [, hours, minutes, past] =
    /^(\d{1,2})(?:[:.](\d{2})(?::\d{2})?| (?:e|y|et) (\d{1,2}))?$/u.exec(withClocks(withDigits(withClocks(words)))) ?? [];
  return hours === undefined ? null : written(hours, minutes ?? past ?? '0');
}

/** Folded text with `14:30` for every `14h30`, `2 e meia da tarde`, `às nove`, `15 Uhr` or `meio-dia` in it. */
export function withClocks(text: string): string {
  if (countsBack.test(text)) return text;
  let clocks = text;
  for (const [pattern, clock] of spoken) clocks = clocks.replace(pattern, clock);
  return clocks;
}

/** `3:00` of the afternoon is `15:00`; the part of the day may stand anywhere in a sentence. `part` in any of our languages. */
export function inPartOfDay(clock: string, part: string): string {
  const [hours = '', minutes = ''] = clock.split(':');
  return `${hourOfDay(Number(hours), part)}:${minutes}`;
}

/** Null when there is no such time. */
export function written(hours: string, minutes: string): string | null {
  if (Number(hours) > 23 || Number(minutes) > 59) return null;
  return `${hours.padStart(2, '0')}:${minutes.padStart(2, '0')}`;
}

const preposition =
  /^(?:(?:por volta|la|umas|tipo|circa|ca\.?|gegen|vers|around|about) )?(?:(?:as|das|pelas|a las?|las?|at|um|alle ore|alle|ore|a(?= \d{1,2} ?[:h])) )?/u;

const spoken: readonly (readonly [RegExp, (match: string, ...groups: (string | undefined)[]) => string])[] = [
  [/(?<!\p{L})(?:ao |al |a |at |am )?(?:meio[ -]dia|mediodia|mittags?|midi|mezzogiorno|noon)(?!\p{L})/gu, () => '12:00'],
  [/(?<!\p{L})(?:a |at |um )?(?:meia[ -]noite|medianoche|mitternacht|minuit|mezzanotte|midnight)(?!\p{L})/gu, () => '0:00'],
  // `às nove e quinze`, `alle nove`, `um neun`
  [/(?<!\p{L})(?:as|a las?|alle|at|um) \p{L}+(?: (?:e|y) \p{L}+)?/gu, withSpokenHour],
  // `halb drei` and `half past two` are both 2:30
  [/(?<!\p{L})halb (\p{L}+|\d{1,2})(?!\p{L})/gu, (all, hour = '') => halfOf(all, hour, -1)],
  [/(?<!\p{L})quarter past (\p{L}+|\d{1,2})(?!\p{L})/gu, (all, hour = '') => halfOf(all, hour, 0).replace(/:30$/, ':15')],
  [/(?<!\p{L})half past (\p{L}+|\d{1,2})(?!\p{L})/gu, (all, hour = '') => halfOf(all, hour, 0)],
  // `14:30h`, `14:30 Uhr`
  [/(?<!\d)(\d{1,2}:\d{2}) ?(?:hs|hrs?|h|uhr)(?![\p{L}\d])/gu, (_, clock = '') => clock],
  // `14.30 Uhr`
  [/(?<![\d.])(\d{1,2})\.([0-5]\d) ?(?:uhr|h)(?![\p{L}\d])/gu, (_, hours, minutes) => `${hours}:${minutes}`],
  // `14h`, `14h30`, `14 horas e 30 minutos`, `15 Uhr 30`; of `14h 25/12` and `14h 25 de dezembro` only `14h`
  [
    /(?<![\d:])(\d{1,2}) ?(?:hs|hrs?|horas?|heures?|uhr|h)(?:(?:(?: e | y | et )?([0-5]\d)| ([0-5]\d)(?! de |\. ))(?: ?(?:minutos|minuti|minuten|minutes|min|m))?)?(?![\p{L}\d/])/gu,
    (_, hours, minutes, apart = '00') => `${hours}:${minutes ?? apart}`,
  ],
  // `ore 15`, `alle 15`, `às 9`, `um 15`
  [
    /(?<!\p{L})(as|a las?|alle ore|alle|ore|um|at) (\d{1,2})(?! ?[:/.-]?\d)(?! (?:de|di|del|of|e|y|et|am|pm)(?!\p{L}))/gu,
    (_, word, hours) => `${word} ${hours}:00`,
  ],
  // `às 9 e 15`
  [
    /(?<!\p{L})(as|a las?|alle) (\d{1,2}) (?:e|y) ([0-5]?\d)(?!\d)/gu,
    (_, word, hours, minutes = '') => `${word} ${hours}:${minutes.padStart(2, '0')}`,
  ],
  // `2 e meia`, `3:00 et demie`
  [/(?<![\d:/.-])(\d{1,2})(?::00)? (?:e|y|et) (?:meia|media|meio|mezz[ao]|demie?)(?!\p{L})/gu, (_, hours) => `${hours}:30`],
  [/(?<![\d:/.-])(\d{1,2})(?::00)? (?:e|y|et) (?:quarto|cuarto|un quarto|quart)(?!\p{L})/gu, (_, hours) => `${hours}:15`],
  // `2pm`, `2:30 p.m.`
  [
    /(?<![\d:/.-])(\d{1,2})(?::(\d{2}))? ?([ap])\.?m\b\.?/gu,
    (all, hours, minutes = '00', half) => (Number(hours) > 12 ? all : `${(Number(hours) % 12) + (half === 'p' ? 12 : 0)}:${minutes}`),
  ],
  // `2 da tarde`, `2:30 de la tarde`, `3 Uhr nachmittags`, `9 du soir`
  [
    /(?<![\d:/.-])(\d{1,2})(?::(\d{2}))? (?:(?:da|de la|en la|por la|du|de l'|del|di|in the|at) ?)?(manha|manana|madrugada|matin|mattin[ao]|morning|morgens|vormittags|tarde|apres-midi|pomeriggio|afternoon|nachmittags|noite|noche|soir|sera|notte|evening|night|abends|nachts)(?!\p{L})/gu,
    (_, hours, minutes = '00', part = '') => `${hourOfDay(Number(hours), part)}:${minutes}`,
  ],
];

/** `dez para as nove`, `las tres menos cuarto`, `viertel vor drei`: the hour that is named is not the one that is meant. */
const countsBack =
  /\bpara (?:a|as|o) |\bmenos\b|\bmoins\b|\bmeno\b|\bvor (?!\d+ (?:tag|woche|monat))|\b(?:five|ten|twenty|quarter|\d) to /u;

function withSpokenHour(match: string): string {
  const [, word = '', rest = ''] = /^(as|a las?|alle|at|um) (.*)$/u.exec(match) ?? [];
  return `${word} ${withDigits(rest)}`;
}

function halfOf(all: string, hour: string, shift: number): string {
  const value = /\d/.test(hour) ? Number(hour) : numberWord(hour);
  return value === null || value > 24 ? all : `${(value + shift + 24) % 24}:30`;
}

/** The hour of the day when it was said with a part of the day: `2`, `tarde` is 14. */
function hourOfDay(hours: number, part: string): number {
  if (hours > 12) return hours;
  if (/^(?:manha|manana|madrugada|matin|mattin|morning|morgens|vormittags)/.test(part)) return hours === 12 ? 0 : hours;
  // Twelve at night is midnight, and what is small belongs to the small hours.
  if (/^(?:noite|noche|notte|night|nachts)/.test(part)) return hours === 12 ? 0 : hours < 6 ? hours : hours + 12;
  return hours === 12 ? 12 : hours + 12;
}
