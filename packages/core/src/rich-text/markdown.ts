import { richTextToWhatsApp } from '../rich-text.ts';
import type { Node } from './node.ts';

/**
 * Typebot's Markdown bubbles, read just far enough to show them. We ask for rich text, so this serves bots and proxies that do not listen.
 * Knows headings, quotes, lists (whose markers stay), rules, fences, marks, links and images; the rest passes as it is.
 */
export function markdownToWhatsApp(markdown: string): string {
  const nodes: Node[] = [];
  let fence: Node[] | null = null;
  for (const line of markdown.split(/\r\n|\n|\r/)) {
    if (/^\s*```/.test(line)) {
      if (fence === null) nodes.push({ type: 'code_block', children: (fence = []) });
      else fence = null;
    } else if (fence !== null) fence.push({ type: 'code_line', children: [{ text: line }] });
    else nodes.push(block(line));
  }
  return richTextToWhatsApp(nodes);
}

function block(line: string): Node {
  const text = line.replace(/\\$/, '');
  const heading = /^#{1,6}\s+(.*)$/.exec(text);
  if (heading) return { type: 'h1', children: inline(heading[1] ?? '') };
  if (/^\s*(?:\*\s*\*\s*\*|-\s*-\s*-|_\s*_\s*_)[\s*_-]*$/.test(text)) return { type: 'hr', children: [] };
  const quote = /^>\s?(.*)$/.exec(text);
  if (quote) return { type: 'blockquote', children: inline(quote[1] ?? '') };
  const item = /^(\s*)(?:[*+-]|(\d+\.))\s+(.*)$/.exec(text);
  if (item) return { type: 'p', children: [{ text: `${item[1] ?? ''}${item[2] ?? '*'} ` }, ...inline(item[3] ?? '')] };
  return { type: 'p', children: inline(text) };
}

const spans: readonly (readonly [pattern: string, mark: Node])[] = [
  [String.raw`\*\*(?=\S)(.+?)(?<=\S)\*\*`, { bold: true }],
  [String.raw`__(?=\S)(.+?)(?<=\S)__`, { bold: true }],
  [String.raw`~~(?=\S)(.+?)(?<=\S)~~`, { strikethrough: true }],
  [String.raw`\*(?=[^\s*])([^*]*?)(?<=\S)\*`, { italic: true }],
  [String.raw`(?<![\p{L}\p{N}_])_(?=[^\s_])(.+?)(?<=\S)_(?![\p{L}\p{N}_])`, { italic: true }],
  [String.raw`<u>(.+?)<\/u>`, {}],
];
const atoms = String.raw`\\([\\*_~[\]()#<>!\x60])|\x60([^\x60]+)\x60|!?\[([^\]]*)\]\(([^()\s]+)(?:\s+"[^"]*")?\)`;
const token = new RegExp([atoms, ...spans.map(([pattern]) => pattern)].join('|'), 'u');

/** Longer lines pass as they are: the patterns above look ahead, which costs the square of a hostile line's length. */
const lineMax = 2_000;

function inline(text: string): Node[] {
  if (text.length > lineMax) return [{ text }];
  const nodes: Node[] = [];
  let rest = text;
  for (let found = token.exec(rest); found !== null; found = token.exec(rest)) {
    if (found.index > 0) nodes.push({ text: rest.slice(0, found.index) });
    nodes.push(nodeOf(found));
    rest = rest.slice(found.index + found[0].length);
  }
  return [...nodes, { text: rest }];
}

function nodeOf(found: RegExpExecArray): Node {
  const [, escaped, code, label, url, ...inside] = found;
  if (escaped !== undefined) return { text: escaped };
  if (code !== undefined) return { text: code, code: true };
  if (url !== undefined) return { type: 'a', url, children: inline(label ?? '') };
  const span = inside.findIndex((text) => text !== undefined);
  return { type: 'inline-variable', children: inline(inside[span] ?? ''), ...spans[span]?.[1] };
}
