import { inlineLines, isInline } from './inline.ts';
import { bold } from './marks.ts';
import { childrenOf, depthMax, isNode, leafText, plainText, typeOf, type Node } from './node.ts';

type Block = (node: Node, depth: number) => string[];

/** Elements with a look of their own. All others, the unknown ones included, are paragraphs. */
const blocks: ReadonlyMap<string, Block> = new Map<string, Block>([
  ...['h1', 'h2', 'h3', 'h4', 'h5', 'h6'].map((type): [string, Block] => [type, heading]),
  ['ul', (node, depth) => list(node, depth, () => '* ')],
  ['ol', (node, depth) => list(node, depth, (n) => `${n}. `)],
  ['blockquote', quote],
  ['code_block', codeBlock],
  ['hr', () => ['---']],
  ['img', (node, depth) => inlineLines([node], 0, depth)],
]);

/** Neighbouring leaves and links make one paragraph: Typebot leaves them bare at the top when a line is one styled variable. */
export function linesOf(nodes: readonly unknown[], depth: number): string[] {
  if (depth > depthMax) return plainText(nodes).split('\n');
  const lines: string[] = [];
  let inline: unknown[] = [];
  const endParagraph = () => {
    if (inline.length > 0) append(lines, inlineLines(inline, 0, depth));
    inline = [];
  };
  for (const node of nodes) {
    if (isInline(node)) inline.push(node);
    else if (Array.isArray(node)) append(lines, linesOf(node, depth + 1));
    else if (isNode(node) && 'children' in node) {
      endParagraph();
      append(lines, (blocks.get(typeOf(node) ?? '') ?? paragraph)(node, depth + 1));
    } else if (blocks.has(typeOf(node) ?? '')) {
      endParagraph();
      append(lines, linesOf([{ ...(isNode(node) ? node : {}), children: [] }], depth));
    }
  }
  endParagraph();
  return lines;
}

function paragraph(node: Node, depth: number): string[] {
  const children = childrenOf(node);
  return children.some((child) => standsAlone(typeOf(child))) ? linesOf(children, depth) : inlineLines(children, 0, depth);
}

/** Blocks that a paragraph of an old bot may hold; an image stays in its line. */
function standsAlone(type: string | null): boolean {
  return type === 'li' || (type !== 'img' && blocks.has(type ?? ''));
}

/** WhatsApp has no headings: `#` would be shown. */
function heading(node: Node, depth: number): string[] {
  return inlineLines(childrenOf(node), bold, depth);
}

function list(node: Node, depth: number, marker: (n: number) => string): string[] {
  const lines: string[] = [];
  itemsOf(node).forEach((item, i) => {
    const [first = '', ...others] = linesOf(item, depth + 1);
    if (first.trim() === '' && others.length === 0) return;
    const mark = marker(i + 1);
    lines.push(mark + first);
    append(
      lines,
      others.map((line) => ' '.repeat(mark.length) + line),
    );
  });
  return lines;
}

/** What stands in a list without being an item counts as one. */
function itemsOf(node: Node): unknown[][] {
  const items: unknown[][] = [];
  let loose: unknown[] | null = null;
  for (const child of childrenOf(node)) {
    if (isInline(child)) {
      if (loose === null) items.push((loose = []));
      loose.push(child);
      continue;
    }
    loose = null;
    items.push(isNode(child) && typeOf(child) === 'li' && leafText(child) === null ? [...childrenOf(child)] : [child]);
  }
  return items;
}

function quote(node: Node, depth: number): string[] {
  return linesOf(childrenOf(node), depth).map((line) => `> ${line}`.trimEnd());
}

/** Without the language, which WhatsApp would show as the first line. */
function codeBlock(node: Node): string[] {
  const children = childrenOf(node);
  const lines = (children.every(isInline) ? [node] : children).flatMap((line) => plainText(line).split('\n'));
  return lines.every((line) => line.trim() === '') ? [] : ['```', ...lines, '```'];
}

function append(lines: string[], more: readonly string[]): void {
  for (const line of more) lines.push(line);
}
