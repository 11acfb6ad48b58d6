/**
 * What one WhatsApp message can hold, counted in characters.
 *
 * Sources: Meta's Cloud API reference for text, media and interactive messages (version 21.0); polls by what WhatsApp's own apps allow. Body and title limits are also the ones
 * Typebot's own WhatsApp channel keeps. A list body may be longer on the Cloud API (4,096); the shorter limit serves every gateway.
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

/** Stands where WhatsApp wants a body and there is nothing to say: U+2015, as Typebot's own WhatsApp channel does. */
export const emptyBody = '―';

/** `text` as Postgres' jsonb can hold it: without U+0000 and without halves of surrogate pairs. */
export function storable(text: string): string {
  const whole = text.includes('\0') ? text.replaceAll('\0', '') : text;
  return whole.isWellFormed() ? whole : whole.toWellFormed();
}

/** At most `max` code points; what was cut shows as `…`. Emoji and accented letters are cut off whole. */
export function clip(text: string, max: number): string {
  if (text.length <= max || codePoints(text) <= max) return text;
  return `${head(text, max - 1).trimEnd()}…`;
}

/** One line each, at most `max` code points, none twice: the second `Yes` becomes `Yes (2)`. */
export function uniqueTitles(labels: readonly string[], max: number): string[] {
  const taken = new Set<string>();
  return labels.map((label) => {
    const line = oneLine(label);
    let title = clip(line, max);
    for (let n = 2; taken.has(title); n += 1) {
      const suffix = ` (${n})`;
      title = clip(line, max - suffix.length) + suffix;
    }
    taken.add(title);
    return title;
  });
}

export function oneLine(text: string): string {
  return text.replace(/\s+/gu, ' ').trim();
}

/**
 * Pieces of at most `max` UTF-16 units, so of at most as many characters however they are counted. Cut where it hurts least: between
 * paragraphs, else between lines, else between words, else between graphemes. Only the white space at a cut is lost.
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
  // A border may lie right behind the piece, hence one character more than fits.
  const window = text.slice(0, max + 1);
  for (const border of [window.lastIndexOf('\n\n'), window.lastIndexOf('\n'), window.search(/\s\S*$/u)]) {
    if (border > 0 && window.slice(0, border).trim() !== '') return border;
  }
  return graphemeBorder(text, max);
}

function graphemeBorder(text: string, max: number): number {
  const border = graphemes().segment(text).containing(max)?.index ?? max;
  if (border > 0) return border;
  // One grapheme longer than a whole message: only its code points can be kept whole.
  return /[\uD800-\uDBFF]/.test(text.charAt(max - 1)) ? max - 1 : max;
}

function head(text: string, max: number): string {
  if (isLatin(text)) return text.slice(0, max);
  let taken = '';
  let room = max;
  for (const { segment } of graphemes().segment(text)) {
    room -= codePoints(segment);
    if (room < 0) break;
    taken += segment;
  }
  return taken;
}

export function codePoints(text: string): number {
  let count = 0;
  for (const _ of text) count += 1;
  return count;
}

/** Letters and signs of one UTF-16 unit that join with no other: taking graphemes apart costs twenty times as much. */
function isLatin(text: string): boolean {
  return /^[\x20-\x7e\xa0-\u02ff\u2010-\u2027\u2030-\u205e]*$/.test(text);
}

let segmenter: Intl.Segmenter | undefined;

/** Made once, when first needed: making one takes longer than rendering a whole reply. */
function graphemes(): Intl.Segmenter {
  segmenter ??= new Intl.Segmenter('en', { granularity: 'grapheme' });
  return segmenter;
}
