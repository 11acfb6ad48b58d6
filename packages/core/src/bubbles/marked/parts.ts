/** One `[tag]` and what stands behind it up to the next one, trimmed. */
export type Marked = { tag: string; text: string };

const tags = 'list|buttons|title|description|buttontext|footertext|footer|thumbnailurl|menu|section|row|reply|copy|url|call|pix';
const tag = new RegExp(String.raw`\[(/?(?:${tags}))\]`, 'giu');

/** `text` taken apart at its tags; what stands before the first is left out. */
export function partsOf(text: string): Marked[] {
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
  const line = new RegExp(String.raw`^[ \t]*${name}:[ \t]*(.*)$`, 'imu').exec(text);
  return line?.[1]?.trim() ?? '';
}

/** `*Title*`, a blank line, the description; whatever is missing is left out. */
export function bodyOf(parts: readonly Marked[], ...more: string[]): string {
  const title = under(parts, 'title');
  const heading = title === '' || /^[*_~]/.test(title) || title.includes('\n') ? title : `*${title}*`;
  return [heading, under(parts, 'description'), ...more].filter((part) => part !== '').join('\n\n');
}
