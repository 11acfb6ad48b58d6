import { z } from 'zod';
import { fold, plain } from '../normalise.ts';
import { readWords, send, unclear } from './answers.ts';
import { inputKind, lenient } from './input.ts';
import { withoutWish } from './manners.ts';
import { multiplierOf, spelledNumber } from './number-words.ts';

/** Typebot keeps what `parseFloat` makes of the text, after the first comma became a point: `1.234,50` as 1.234, `2 mil` as 2, `4/5` as 4. */
export const number = inputKind({
  about: {
    becomes: 'nothing: the bubble before it is the question',
    reads:
      'one number, without currency sign, thousands separators and marks (`R$ 1.234,50`, `1 500`, `1,00,000`, `1’234.50`, `₹1,500`, `*25*`), in the digits of any script, `1.234` by the input’s locale, else by `locale`; `2 mil`, `5k`, `cem`, `dois mil e quinhentos`; the number in a sentence (`tenho 25`). Where Typebot would keep something else than what is written (two numbers, a time, a fraction, `menos de 5`) the contact gets `hints.number`',
    differs: 'Typebot’s channel sends them as written, and `1.234,50` becomes 1.234',
  },
  options: z.looseObject({ locale: lenient(z.string()) }),
  read: (said, { options, settings }) =>
    readWords(said, settings, (text) => {
      const read = readNumber(text, options.locale ?? settings.locale);
      return read === null ? unclear('number', settings) : send(read);
    }),
});

/**
 * What Typebot has to be told so that it keeps the number that `text` says. A text without any number stays as it is, trimmed: Typebot refuses
 * it in the bot's own words. Null: Typebot would read a number out of it that was not said.
 */
export function readNumber(text: string, locale: string): string | null {
  const seen = plain(unmistakable(text));
  const folded = fold(seen).replace(currencies, ' ').replace(/\s+/gu, ' ').trim();
  const amounts = [...folded.matchAll(amountPattern)];
  if (amounts.length === 0) return spelled(folded) ?? (Number.isNaN(parseFloat(seen)) ? seen : null);
  const value = valueOf(folded, amounts, isEnglish(locale) || englishMoney.test(seen) ? ',' : '.');
  if (value === null) return null;
  // `25 anos` and `10,5` are read right as they are. A text that begins with 0 would be kept whole.
  const asTyped = seen.startsWith('0') ? Number.NaN : parseFloat(seen.replace(',', '.'));
  return asTyped === Number(value.replace(',', '.')) ? seen : value.replace(/^(-?0),/u, '$1.');
}

/** The Arabic signs for decimals and thousands mean one thing only. */
function unmistakable(text: string): string {
  return text.replace(/(?<=\p{Nd})\u{066C}(?=\p{Nd})/gu, '').replace(/(?<=\p{Nd})\u{066B}(?=\p{Nd})/gu, decimalMark);
}

/** Stands for a decimal separator that cannot be one of thousands. */
const decimalMark = '·';
const currencies = /(?:\b(?:us|r|a|c|mx|ar)|(?<![\p{L}]))[$€£₹¥₩₱₪₺₽₫]|\b(?:rs\.?|inr|brl|usd|eur|gbp|chf|mxn|ars)(?=[ \d])/gu;
/** In the countries of these a comma parts thousands. */
const englishMoney = /US\$|[₹£]|\bRs\.?(?=[ \d])|\b(?:INR|USD|GBP)\b/iu;

/** A sign, and digits in groups by spaces, or with separators between them. */
const amountPattern = /(?<![\p{L}\d.,'·])(?:[+-] ?)?(?:\d{1,3}(?: \d{3})+(?:[.,·]\d+)?(?![\d.,'·]*\d)|\d(?:[\d.,'·]*\d)?)/gu;

/** Null where more than one number is said, or something else than a number. */
function valueOf(folded: string, amounts: readonly RegExpExecArray[], thousands: ',' | '.'): string | null {
  const [first, second, third] = amounts;
  if (first === undefined || third !== undefined) return null;
  const end = first.index + first[0].length;
  if (limiting.test(folded.slice(0, first.index)) || partsATime.test(folded.slice(Math.max(0, first.index - 1), first.index))) return null;
  const rest = folded.slice(end);
  if (/^ ?[/:^*x×-] ?\d/u.test(rest) || /^(?::|\/|[he]\d)/u.test(rest)) return null;
  const digits = digitsOf(first[0].replace(/ /gu, ''), thousands);
  const [all = '', word = ''] = /^ ?(\p{L}+)(?!\p{L})/u.exec(rest) ?? [];
  const multiplier = multiplierOf(word);
  if (digits === null) return null;
  if (multiplier === null) return second === undefined ? digits : null;
  const product = multiplied(digits, multiplier);
  if (second === undefined) return product;
  // `2 mil e 500`
  const between = folded.slice(end + all.length, second.index);
  const isSum = /^ (?:(?:e|y|and|et|und) )?$/u.test(between) && /^\d{1,3}$/u.test(second[0]) && multiplier === 1_000;
  return isSum && /^\d+$/u.test(product) ? String(Number(product) + Number(second[0])) : null;
}

/** Words before a number that change it, or name another. */
const limiting =
  /(?<!\p{L})(?:nao|not?|nunca|never|menos|mais|mas|more|less|over|under|above|below|acima|abaixo|ate|hasta|quase|casi|almost|entre|between|ou|or|oder|nicht|kein|non|pas|moins|plus|piu|meno|mehr|weniger|uber|unter)(?!\p{L})/u;
const partsATime = /[/:^×]/u;

/** The digits of one amount with at most one separator, that of its decimals as it was written. Null where the groups make no number. */
function digitsOf(amount: string, thousands: ',' | '.'): string | null {
  const [, sign = '', written = ''] = /^([+-]?)(.*)$/u.exec(amount) ?? [];
  const negative = sign === '-' ? '-' : '';
  if (written.includes(decimalMark)) {
    const [whole = '', decimals, other] = written.split(decimalMark);
    const digits = other === undefined ? grouped(whole) : null;
    return digits === null ? null : `${negative}${digits}.${decimals}`;
  }
  const separators = written.replace(/[\d']/gu, '');
  const last = separators.at(-1) ?? '';
  const at = written.lastIndexOf(last);
  // The last separator is that of the decimals, unless it is the only kind and parts groups.
  const isDecimal =
    last !== '' && separators.indexOf(last) === separators.length - 1 && (separators.length > 1 || !isGroup(written, last, thousands));
  if (!isDecimal) {
    const digits = grouped(written);
    return digits === null ? null : negative + digits;
  }
  const digits = grouped(written.slice(0, at));
  return digits === null || written.slice(at).includes("'") ? null : `${negative}${digits}${written.slice(at)}`;
}

/** `1.234` alone may be both: the locale says. */
function isGroup(written: string, separator: string, thousands: ',' | '.'): boolean {
  return separator === thousands && /^[1-9]\d{0,2}[.,]\d{3}$/u.test(written);
}

/** Digits without separators; null unless they part groups of three, or as in India of two and at the end three. One kind only. */
function grouped(written: string): string | null {
  if (/^\d+$/u.test(written)) return written;
  return /^\d{1,3}(?:([.,'])\d{3})(?:\1\d{3})*$/u.test(written) || /^\d{1,2}(?:,\d{2})*,\d{3}$/u.test(written)
    ? written.replace(/[.,']/gu, '')
    : null;
}

/** `digits` times a power of ten, without the rounding of floating point. */
function multiplied(digits: string, multiplier: number): string {
  const [whole = '', decimals = ''] = digits.split(/[.,]/u);
  const zeros = Math.round(Math.log10(multiplier));
  const moved = decimals.padEnd(zeros, '0');
  const value = `${whole}${moved.slice(0, zeros)}`.replace(/^(-?)0+(?=\d)/u, '$1');
  const rest = moved.slice(zeros).replace(/0+$/u, '');
  return rest === '' ? value : `${value}.${rest}`;
}

/** A number in words, alone or behind a minus. */
function spelled(folded: string): string | null {
  const words = withoutWish(folded).replace(/[.!]$/u, '');
  const [, negative, amount = ''] = /^((?:menos|minus|moins|meno) )?(.*)$/su.exec(words) ?? [];
  const value = spelledNumber(amount) ?? spelledBefore(amount);
  return value === null ? null : `${negative ? '-' : ''}${value}`;
}

/** The number before a unit: `vinte reais`. A single one may be an article: `uma dúzia`. */
function spelledBefore(amount: string): number | null {
  const at = amount.lastIndexOf(' ');
  const unit = amount.slice(at + 1);
  if (at === -1 || multiplying.test(unit) || limiting.test(unit) || spelledNumber(unit) !== null) return null;
  const value = spelledNumber(amount.slice(0, at));
  return value !== null && value > 1 ? value : null;
}

const multiplying = /duzia|docena|dozen|dutzend|douzaine|dozzina|vez|veces|times|virgula|coma|point|komma|virgule|meia|medio|half/u;

function isEnglish(locale: string): boolean {
  return /^(?:en|hi|zh|ja|ko|th|he|ar)\b/iu.test(locale);
}
