import { z } from 'zod';
import { readWords } from './answers.ts';
import { inputKind, lenient } from './input.ts';

/** Typebot reads only the first comma as a decimal point and knows no thousands, so `1.234,50` would become 1.234. */
export const number = inputKind({
  options: z.looseObject({ locale: lenient(z.string()) }),
  read: (said, { options, settings }) => readWords(said, settings, (text) => normaliseNumber(text, options.locale ?? settings.locale)),
});

/**
 * Without currency sign and thousands separators; the decimal separator stays, but in `0,5`, which Typebot would keep as typed.
 * One group alone (`1.234`, `1,234`) is read by the locale: thousands or decimals. Words pass as they are, trimmed.
 */
export function normaliseNumber(text: string, locale: string): string {
  const bare = text.trim().replace(/^(?:(?:R\$|US\$|[$€£])\s*)+/iu, '');
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
