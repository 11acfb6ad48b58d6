/**
 * The limits of one WhatsApp message, in characters.
 *
 * Sources: Meta's Cloud API reference for text, media and interactive messages (version 21.0), and WhatsApp's own apps for polls. Typebot's own WhatsApp channel uses the same limits
 * for bodies and titles. On the Cloud API a list body may have 4,096 characters; the shorter limit works with every gateway.
 */
export const limits = {
  text: 4_096,
  caption: 1_024,
  /** Text above buttons or above a list. */
  body: 1_024,
  /** Small text below buttons or a list. */
  footer: 60,
  buttons: 3,
  buttonTitle: 20,
  /** Rows of one list, over all its sections. */
  rows: 10,
  rowTitle: 24,
  rowDescription: 72,
  /** The label that opens a list. */
  listButton: 20,
  /** The question above a poll. */
  pollQuestion: 255,
  pollOptions: 12,
  pollOption: 100,
  /** A button's id may have 256 characters, a row's 200. */
  choiceId: 200,
} as const;

/** The body where WhatsApp requires one and there is no text: U+2015, as in Typebot's own WhatsApp channel. */
export const emptyBody = '―';

/** `text` as Postgres' jsonb can store it: without U+0000 and without unpaired surrogates. */
export function storable(text: string): string {
  const whole = text.includes('\0') ? text.replaceAll('\0', '') : text;
  return whole.isWellFormed() ? whole : whole.toWellFormed();
}

/** At most `max` code points. `…` replaces what was cut. Emoji and accented letters are never cut in two. */
export function clip(text: string, max: number): string {
  if (text.length <= max || codePoints(text) <= max) return text;
  return `${head(text, max - 1).trimEnd()}…`;
}

/** Titles on one line, of at most `max` code points, all different: a second `Yes` becomes `Yes (2)`. */
export function uniqueTitles(labels: readonly string[], max: number): string[] {
  const used = new Set<string>();
  return labels.map((label) => {
    const line = oneLine(label);
    let title = clip(line, max);
    for (let n = 2; used.has(title); n += 1) {
      const suffix = ` (${n})`;
      title = clip(line, max - suffix.length) + suffix;
    }
    used.add(title);
    return title;
  });
}

export function oneLine(text: string): string {
  return text.replace(/\s+/gu, ' ').trim();
}

/**
 * Splits a text into pieces of at most `max` UTF-16 units, which is the strictest way to count characters. It cuts between paragraphs, else
 * between lines, else between words, else between graphemes. Only white space at a cut is lost.
 */
export function splitText(text: string, max: number = limits.text): string[] {
  const pieces: string[] = [];
  let rest = text;
  while (rest.length > max) {
    const cut = cutBefore(rest, max);
    const piece = rest.slice(0, cut).trimEnd();
    if (piece !== '') pieces.push(piece);
    rest = rest.slice(cut).replace(/^\s+/u, '');
  }
  if (rest.trim() !== '') pieces.push(rest);
  return pieces;
}

function cutBefore(text: string, max: number): number {
  // The border may be right behind the piece, so the window has one character more.
  const window = text.slice(0, max + 1);
  for (const border of [window.lastIndexOf('\n\n'), window.lastIndexOf('\n'), window.search(/\s\S*$/u)]) {
    if (border > 0 && window.slice(0, border).trim() !== '') return border;
  }
  return graphemeBorder(text, max);
}

function graphemeBorder(text: string, max: number): number {
  const border = graphemes().segment(text).containing(max)?.index ?? max;
  if (border > 0) return border;
  // One grapheme is longer than a whole message, so only its code points stay whole.
  return /[\uD800-\uDBFF]/.test(text.charAt(max - 1)) ? max - 1 : max;
}

function head(text: string, max: number): string {
  if (isLatin(text)) return text.slice(0, max);
  let start = '';
  let left = max;
  for (const { segment } of graphemes().segment(text)) {
    left -= codePoints(segment);
    if (left < 0) break;
    start += segment;
  }
  return start;
}

export function codePoints(text: string): number {
  let count = 0;
  for (const _ of text) count += 1;
  return count;
}

/** Whether each character is one UTF-16 unit and combines with no other. Splitting into graphemes takes twenty times as long. */
function isLatin(text: string): boolean {
  return /^[\x20-\x7e\xa0-\u02ff\u2010-\u2027\u2030-\u205e]*$/.test(text);
}

let segmenter: Intl.Segmenter | undefined;

/** Created once, because creating one takes longer than rendering a whole reply. */
function graphemes(): Intl.Segmenter {
  segmenter ??= new Intl.Segmenter('en', { granularity: 'grapheme' });
  return segmenter;
}
