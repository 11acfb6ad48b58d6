import { z } from 'zod';
import { readWords } from './answers.ts';
import { inputKind, lenient } from './input.ts';
import { numberWord } from './numbers.ts';

/** Typebot reads only the first comma as a decimal point and knows no thousands, so `1.234,50` would become 1.234. */
export const number = inputKind({
  about: {
    becomes: 'nothing: the bubble before it is the question',
    reads:
      'numbers without currency sign and thousands separators (`R$ 1.234,50` as `1234,50`), `1.234` by the input’s locale, else by `locale`; 0 to 99 in words',
    differs: 'Typebot’s channel sends them as written, and `1.234,50` becomes 1.234',
  },
  options: z.looseObject({ locale: lenient(z.string()) }),
  read: (said, { options, settings }) => readWords(said, settings, (text) => normaliseNumber(text, options.locale ?? settings.locale)),
});

/**
 * Without currency sign and thousands separators; the decimal separator stays, but in `0,5`, which Typebot would keep as typed.
 * One group alone (`1.234`, `1,234`) is read by the locale: thousands or decimals. Other words pass as they are, trimmed.
 */
export function normaliseNumber(text: string, locale: string): string {
  const bare = text.trim().replace(/^(?:(?:R\$|US\$|[$€£])\s*)+/iu, '');
  const word = numberWord(bare);
  if (word !== null) return String(word);
  const isEnglish = locale.toLowerCase().startsWith('en');
  if (dots.test(bare) && (isUnmistakable(bare) || !isEnglish)) return bare.replaceAll('.', '');
  if (commas.test(bare) && (isUnmistakable(bare) || isEnglish)) return bare.replaceAll(',', '');
  return bare.replace(/^([+-]?0),(\d+)$/, '$1.$2');
}

const dots = /^[+-]?[1-9]\d{0,2}(?:\.\d{3})+(?:,\d+)?$/;
const commas = /^[+-]?[1-9]\d{0,2}(?:,\d{3})+(?:\.\d+)?$/;

/** Both separators, or one of them twice. */
function isUnmistakable(amount: string): boolean {
  return /[.,].*[.,]/.test(amount);
}
