import { z } from 'zod';
import { fold, plain } from '../normalise.ts';
import type { Settings } from '../settings.ts';
import { codePoints } from '../whatsapp.ts';
import { hold, readWords, send, unreadable } from './answers.ts';
import { hint } from './hints.ts';
import { inputKind, lenient } from './input.ts';
import { readNumber } from './number.ts';
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
    reads:
      '`4`, `4!`, `4,0`, `quatro`, `nota 4`, `4 estrelas`, `4/5` and `4 de 5` on a scale that ends at 5, `⭐⭐⭐⭐`; a number off the scale, between two steps or of another scale is answered with the scale again',
    differs: 'Typebot’s channel names no scale, and Typebot checks only the upper end: -3 and 3.5 would pass',
  },
  options: optionsSchema,
  show: ({ options, settings }, body) => under(body, scaleHint(options, settings)),
  read: (said, { options, settings }) =>
    readWords(said, settings, (text) => {
      const scale = scaleOf(options);
      const rate = readRating(text, scale.to);
      if (rate === null) return send(text.trim());
      // Above the scale Typebot refuses it itself.
      if (rate !== 'unclear' && (rate > scale.to || (Number.isInteger(rate) && rate >= scale.from))) return send(String(rate));
      const notice = scaleHint(options, settings);
      // Without a hint to show, the bot's own words are better than silence.
      return notice === '' ? send(unreadable) : hold('rating_off_scale', notice);
    }),
});

/** How much was rated on a scale that ends at `top`. Null: no number is said, which Typebot refuses itself. */
export function readRating(text: string, top: number): number | 'unclear' | null {
  const seen = plain(text);
  const stars = seen.replace(/\s/gu, '');
  if (/^[⭐🌟★☆]+$/u.test(stars)) return codePoints(stars.replace(/☆/gu, ''));
  const [, rated, scale] = /^(.*?\S) ?(?:\/| de | of | out of | von | sur | su ) ?(\d{1,3})[.!]*$/u.exec(fold(seen)) ?? [];
  if (scale !== undefined && Number(scale) !== top) return 'unclear';
  const read = readNumber(rated ?? seen, 'pt-BR');
  if (read === null) return 'unclear';
  const value = parseFloat(read.replace(',', '.'));
  return Number.isNaN(value) ? null : value;
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
