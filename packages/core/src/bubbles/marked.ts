import { markedButtons } from './marked-buttons.ts';
import { markedList } from './marked-list.ts';
import { texts, type Unpaced } from './message.ts';

/** One `[tag]` and what stands behind it up to the next one, trimmed. */
export type Marked = { tag: string; text: string };

const tags = 'list|buttons|title|description|buttontext|footertext|footer|thumbnailurl|menu|section|row|reply|copy|url|call|pix';
const tag = new RegExp(String.raw`\[(/?(?:${tags}))\]`, 'giu');

/**
 * A list or buttons as Evolution reads them in a text: `[list]` or `[buttons]`, then its tags, each closed or not. What stands before is
 * a text of its own. Null: no such marker, or nothing behind it that could be chosen, and the text is shown as it is.
 */
export function marked(text: string): Unpaced[] | null {
  const marker = /\[(?:list|buttons)\]/iu.exec(text);
  if (marker === null) return null;
  const [kind, ...parts] = partsOf(text.slice(marker.index));
  const messages = kind?.tag === 'list' ? markedList(parts) : markedButtons(parts);
  return messages === null ? null : [...texts(text.slice(0, marker.index).trimEnd()), ...messages];
}

function partsOf(text: string): Marked[] {
  const found = [...text.matchAll(tag)];
  return found.map((match, i) => ({
    tag: (match[1] ?? '').toLowerCase(),
    text: text.slice(match.index + match[0].length, found[i + 1]?.index).trim(),
  }));
}

/** The text behind the first `[name]`; empty when there is none. */
export function under(parts: readonly Marked[], ...names: string[]): string {
  return parts.find((part) => names.includes(part.tag))?.text ?? '';
}

/** The value of a line `name: value`; empty when there is none. */
export function field({ text }: Marked, name: string): string {
  const line = new RegExp(String.raw`^\s*${name}:[ \t]*(.*)$`, 'imu').exec(text);
  return line?.[1]?.trim() ?? '';
}

/** `*Title*`, a blank line, the description; whatever is missing is left out. */
export function bodyOf(parts: readonly Marked[], ...more: string[]): string {
  const title = under(parts, 'title');
  const heading = title === '' || /^[*_~]/.test(title) || title.includes('\n') ? title : `*${title}*`;
  return [heading, under(parts, 'description'), ...more].filter((part) => part !== '').join('\n\n');
}
