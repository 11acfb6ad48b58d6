import type { RichNode } from './rich-text.ts';

/**
 * What a bubble looks like when the request asks for `markdown`. Null: Typebot fails (500) on it, because of a
 * strikethrough. Knows the nodes that authors can make; checked against the recordings `wa-rich` and `markdown-per-request`.
 */
export function toMarkdown(nodes: readonly RichNode[]): string | null {
  if (hasStrikethrough(nodes)) return null;
  const blocks = nodes.map((node) => block(node, ''));
  return blocks.reduce((text, next, index) => (index === 0 ? next : text + separator(nodes[index - 1], nodes[index]) + next), '');
}

function hasStrikethrough(nodes: readonly RichNode[]): boolean {
  return nodes.some((node) => node['strikethrough'] === true || hasStrikethrough(node.children ?? []));
}

function separator(before: RichNode | undefined, after: RichNode | undefined): string {
  return isList(before) && isList(after) ? '\n\n' : '\n';
}

function isList(node: RichNode | undefined): boolean {
  return node?.type === 'ul' || node?.type === 'ol';
}

function block(node: RichNode, indent: string): string {
  if (node.type !== 'ul' && node.type !== 'ol') return inline(node);
  const ordered = node.type === 'ol';
  return (node.children ?? []).map((item, index) => `${indent}${ordered ? `${index + 1}.` : '*'} ${listItem(item, indent)}`).join('\n');
}

function listItem(item: RichNode, indent: string): string {
  return (item.children ?? []).map((child) => (isList(child) ? `\n${block(child, `${indent}  `)}` : inline(child))).join('');
}

function inline(node: RichNode): string {
  if (node.text !== undefined) return leaf(node, node.text);
  const inner = (node.children ?? []).map(inline).join('');
  return node.type === 'a' ? `[${inner}](${String(node['url'])})` : inner;
}

function leaf(node: RichNode, text: string): string {
  const [, before = '', core = '', after = ''] = /^(\s*)(.*?)(\s*)$/s.exec(text) ?? [];
  if (core === '') return text;
  let marked = core;
  if (node['code']) marked = `\`${marked}\``;
  if (node['bold']) marked = `**${marked}**`;
  if (node['italic']) marked = `_${marked}_`;
  if (node['underline']) marked = `<u>${marked}</u>`;
  return `${before}${marked}${after}`;
}
