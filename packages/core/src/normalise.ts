/**
 * The one normaliser for everything a contact writes: menus, keywords, triggers and inputs forgive the same things. Each function takes any
 * text, never throws, takes time in proportion to the length, and changes nothing when it is applied to its own result.
 */

/**
 * `text` as a person sees it: without signs that show nothing (zero-width, direction, soft hyphen, tatweel, BOM), with the digits of all
 * scripts as 0 to 9, every kind of space as a space and every kind of hyphen or minus as `-`. Line breaks stay.
 */
export function visible(text: string): string {
  if (printableASCII.test(text)) return text;
  return text
    .replace(/[\u{FF01}-\u{FF5E}\u{1D7CE}-\u{1D7FF}]/gu, (wide) => wide.normalize('NFKC'))
    .replace(invisible, '')
    .replace(/(?![0-9])\p{Nd}/gu, toASCIIDigit)
    .replace(/[\t\p{Zs}]/gu, ' ')
    .replace(/[\u{2010}-\u{2015}\u{2212}\u{FE63}]/gu, '-')
    .replace(/[\u{2044}\u{2215}]/gu, '/')
    .replace(/[\u{2018}\u{2019}\u{02BC}]/gu, "'")
    .replace(/\u{060C}/gu, ',');
}

/** `visible`, trimmed, without what WhatsApp or a person puts around the whole of it: `*2*`, `_2_`, a code mark, quotes, brackets. */
export function plain(text: string): string {
  const seen = visible(text).trim();
  let from = 0;
  let to = seen.length;
  while (to - from > 2 && closing.get(seen.charAt(from)) === seen.charAt(to - 1)) {
    from += 1;
    to -= 1;
    while (from < to && seen.charAt(from).trim() === '') from += 1;
    while (from < to && seen.charAt(to - 1).trim() === '') to -= 1;
  }
  return seen.slice(from, to);
}

/** `visible` without case, accents, skin tones and differences of white space: two texts a person would call the same come out equal. */
export function fold(text: string): string {
  const lower = visible(text.normalize('NFKD').toLowerCase().normalize('NFKD'));
  const letters = printableASCII.test(lower) ? lower : lower.replace(/[\p{M}\p{Emoji_Modifier}]/gu, '').replace(variants, toPlainLetter);
  return letters.replace(/\s+/gu, ' ').trim();
}

/** `fold` without emoji and without signs around the words. Empty when there is nothing else. */
export function foldToWords(text: string): string {
  const folded = fold(text).replace(emoji, ' ');
  // From the first letter to the last. Trimming signs by a pattern that ends in `$` takes the square of a hostile text's length.
  const words = /[\p{L}\p{N}](?:.*[\p{L}\p{N}])?/su.exec(folded)?.[0] ?? '';
  return words.replace(/\s+/gu, ' ');
}

/** `fold` with a space for everything that is no letter and no digit: `sim, quero` and `Sim quero!` come out equal. */
export function foldToLetters(text: string): string {
  return fold(text)
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();
}

/**
 * What a keyword is compared by: `fold` without emoji and without marks, quotes and punctuation at its ends. A sign that makes a word a
 * command (`#sair`, `/sair`, `!sair`) stays; a text of emoji alone stays whole.
 */
export function keywordForm(text: string): string {
  const whole = fold(text);
  const words = withoutEnds(whole.replace(emoji, ' ').replace(/\s+/gu, ' ').trim());
  return words === '' ? whole : words;
}

/** Whether nothing can be seen of `text`. */
export function isBlank(text: string): boolean {
  return text.trim() === '' || visible(text).trim() === '';
}

/** The emoji of `text` in one form, without skin tones and joiners; empty when there is none. */
export function emojiIn(text: string): string {
  return (fold(text).match(emoji) ?? []).join('');
}

/**
 * Longer texts (UTF-16 units) are neither rewritten nor matched with options: nobody answers so, and patterns that look ahead would take the
 * square of such a length.
 */
export const matchedMax = 1_000;

const printableASCII = /^[\x20-\x7e\n]*$/;
/** U+2800 and U+0640 (tatweel) are letters by name; controls but for line breaks and tabs show nothing. */
// oxlint-disable-next-line no-control-regex -- controls are what is looked for
const invisible = /[\p{Default_Ignorable_Code_Point}\u{2800}\u{0640}\u{FFF9}-\u{FFFB}\u{0}-\u{8}\u{B}\u{C}\u{E}-\u{1F}\u{7F}-\u{9F}]/gu;
const emoji = /(?:\p{Extended_Pictographic}|\p{Emoji_Modifier}|\p{Regional_Indicator}|\u{FE0F}|\u{200D}|\u{20E3})+/gu;

const closing: ReadonlyMap<string, string> = new Map([
  ...['*', '_', '~', '`', '"', "'"].map((sign): [string, string] => [sign, sign]),
  ...['()', '[]', '<>', '“”', '«»', '„“'].map(([open = '', close = '']): [string, string] => [open, close]),
]);

/** Letters that are written in two ways, and that Unicode does not take apart. */
const plainLetters: Readonly<Record<string, string>> = {
  ß: 'ss',
  æ: 'ae',
  œ: 'oe',
  ø: 'o',
  ł: 'l',
  đ: 'd',
  ı: 'i',
  ٱ: 'ا',
  ی: 'ي',
  ى: 'ي',
  ک: 'ك',
};
const variants = new RegExp(`[${Object.keys(plainLetters).join('')}]`, 'gu');

function toPlainLetter(letter: string): string {
  return plainLetters[letter] ?? letter;
}

/** Decimal digits stand in runs of ten, from zero on. */
function toASCIIDigit(digit: string): string {
  const code = digit.codePointAt(0) ?? 0;
  let value = 0;
  while (value < 9 && /\p{Nd}/u.test(String.fromCodePoint(code - value - 1))) value += 1;
  return String(value);
}

function withoutEnds(words: string): string {
  let from = 0;
  let to = words.length;
  while (from < to && '¡¿*_~`"\'([<“«„ '.includes(words.charAt(from))) from += 1;
  while (to > from && '.!?…,;:*_~`"\')]>”»“ '.includes(words.charAt(to - 1))) to -= 1;
  return words.slice(from, to);
}
