/** Without case, accents, and differences of white space: two texts a person would call the same come out equal. */
export function fold(text: string): string {
  return text.normalize('NFKD').toLowerCase().normalize('NFKD').replace(/\p{M}/gu, '').replace(/\s+/gu, ' ').trim();
}

/** Also without emoji and without signs around the words. Empty when there is nothing else. */
export function foldToWords(text: string): string {
  const plain = fold(text).replace(emoji, ' ');
  // From the first letter to the last. Trimming signs by a pattern that ends in `$` takes the square of a hostile text's length.
  const words = /[\p{L}\p{N}](?:.*[\p{L}\p{N}])?/su.exec(plain)?.[0] ?? '';
  return words.replace(/\s+/gu, ' ');
}

/**
 * Longer texts (UTF-16 units) are neither rewritten nor matched with options: nobody answers so, and patterns that look ahead would take the
 * square of such a length.
 */
export const matchedMax = 1_000;

const emoji = /(?:\p{Extended_Pictographic}|\p{Emoji_Modifier}|\p{Regional_Indicator}|\u{FE0F}|\u{200D}|\u{20E3})+/gu;
