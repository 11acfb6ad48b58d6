import { z } from 'zod';
import type { Settings } from '../settings.ts';
import { codePoints } from '../whatsapp.ts';
import { hold, normalised, readWords, wordsOf } from './answers.ts';
import { hint } from './hints.ts';
import { inputKind, lenient } from './input.ts';
import { digitsIn, numberWord } from './numbers.ts';
import { under } from './option-list.ts';

const optionsSchema = z.looseObject({
  buttonType: lenient(z.string()),
  length: lenient(z.coerce.number()),
  startsAt: lenient(z.coerce.number()),
  labels: lenient(z.looseObject({ left: lenient(z.string()), right: lenient(z.string()) })),
});
type Options = z.output<typeof optionsSchema>;

/** Typebot checks only that a number is not above the scale, so what lies below or between is caught here. */
export const rating = inputKind({
  about: {
    becomes: 'the text `hints.rating` with the scale and the names of its ends, below the question',
    reads: '`4`, `4.`, `quatro`, `4 estrelas`, `⭐⭐⭐⭐`; a number below the scale or between two steps is answered with the scale again',
    differs: 'Typebot’s channel names no scale, and Typebot checks only the upper end: -3 and 3.5 would pass',
  },
  options: optionsSchema,
  show: ({ options, settings }, body) => under(body, scaleHint(options, settings)),
  read(said, { options, settings }) {
    const { from, to } = scaleOf(options);
    const rate = normalised(wordsOf(said) ?? '', normaliseRating);
    const value = rate === '' ? Number.NaN : Number(rate);
    const isOffScale = value < from || (value < to && !Number.isInteger(value));
    const notice = isOffScale ? scaleHint(options, settings) : '';
    // Without a hint to show, the bot's own words are better than silence.
    return notice === '' ? readWords(said, settings, normaliseRating) : hold('rating_off_scale', notice);
  },
});

/** `4.`, `four`, `4 estrelas` and `⭐⭐⭐⭐` as `4`; anything else trimmed. */
export function normaliseRating(text: string): string {
  const trimmed = text.trim();
  const stars = trimmed.replace(/\u{FE0F}/gu, '');
  if (/^[⭐🌟★]+$/u.test(stars)) return String(codePoints(stars));
  const amount = trimmed.replace(/\s+(?:estrelas?|estrellas?|stars?|puntos?|pontos?|points?)[.!]?$/iu, '');
  const number = digitsIn(amount) ?? numberWord(amount);
  return number === null ? trimmed : String(number);
}

/** Typebot's defaults: 0 to 10. Icons have no 0. */
function scaleOf({ buttonType, length, startsAt }: Options): { from: number; to: number } {
  return { from: buttonType === 'Icons' ? 1 : (startsAt ?? 0), to: length ?? 10 };
}

function scaleHint(options: Options, settings: Settings): string {
  const { from, to } = scaleOf(options);
  const text = hint(settings, 'rating', { from, to });
  if (text === '' || from >= to) return '';
  const ends = [
    [from, options.labels?.left],
    [to, options.labels?.right],
  ].flatMap(([end, label]) => (label ? [`${end} = ${label}`] : []));
  return ends.length === 0 ? text : `${text}\n${ends.join(', ')}`;
}
