import { bold, code, italic, marked, strikethrough, type Run } from './marks.ts';
import { captionOf, childrenOf, depthMax, isNode, leafText, plainText, typeOf, type Node } from './node.ts';

/** Elements that never start a line of their own. Old bots wrap variables; only what is inside counts. */
const inlineTypes = new Set(['a', 'inline-variable', 'inline-code']);

export function isInline(value: unknown): boolean {
  return leafText(value) !== null || inlineTypes.has(typeOf(value) ?? '');
}

/** The content of one paragraph. Usually one line; a line break inside a leaf makes more. `marks` hold for all of it. */
export function inlineLines(nodes: readonly unknown[], marks: number, depth: number): string[] {
  const runs: Run[] = [];
  collect(nodes, marks, depth, runs);
  return splitLines(runs).map(marked);
}

function collect(nodes: readonly unknown[], marks: number, depth: number, runs: Run[]): void {
  let afterBlock = false;
  for (const value of nodes) {
    const isBlock = isNode(value) && !isInline(value);
    // Two paragraphs inside a paragraph (a variable of an old bot) stay two lines.
    if (isBlock && afterBlock) runs.push({ text: '\n', marks: 0 });
    afterBlock = isBlock;
    const text = leafText(value);
    if (text !== null) runs.push({ text, marks: marks | marksOf(value) });
    if (isNode(value)) element(value, marks | marksOf(value), depth + 1, runs);
  }
}

function element(node: Node, marks: number, depth: number, runs: Run[]): void {
  if (depth > depthMax) {
    if (leafText(node) === null) runs.push({ text: plainText(node), marks });
    return;
  }
  const type = typeOf(node);
  if (type === 'a') return link(node, childrenOf(node), marks, depth, runs);
  if (type === 'img') return link(node, [...captionOf(node), ...childrenOf(node)], marks, depth, runs);
  collect(childrenOf(node), marks, depth, runs);
}

/** The label and then the address in brackets; one of them when they say the same. The address takes no marks: they would break it. */
function link(node: Node, children: readonly unknown[], marks: number, depth: number, runs: Run[]): void {
  const label: Run[] = [];
  collect(children, marks, depth, label);
  const text = label
    .map((run) => run.text)
    .join('')
    .trim();
  const url = typeof node['url'] === 'string' && !node['url'].startsWith('data:') ? node['url'].trim() : '';
  const scheme = /^(?:https?:\/\/|mailto:|tel:)/i.exec(url)?.[0] ?? '';
  const address = url.slice(scheme.length);
  const isSame = [url, address, `${address}/`].includes(text) || `${text}/` === address;

  if (isSame && text !== '' && scheme.startsWith('http') && url.includes(text)) {
    runs.push({ text: url, marks: 0 });
    return;
  }
  for (const run of trimmedEnd(label)) runs.push(run);
  if (url !== '' && !isSame) runs.push({ text: text === '' ? url : ` (${url})`, marks: 0 });
}

function trimmedEnd(runs: Run[]): Run[] {
  const last = runs.findLastIndex((run) => run.text.trim() !== '');
  return runs.slice(0, last + 1).map((run, i) => (i === last ? { ...run, text: run.text.trimEnd() } : run));
}

function marksOf(value: unknown): number {
  if (!isNode(value)) return 0;
  return (
    (value['bold'] === true ? bold : 0) |
    (value['italic'] === true ? italic : 0) |
    (value['strikethrough'] === true ? strikethrough : 0) |
    (value['code'] === true || value['type'] === 'inline-code' ? code : 0)
  );
}

/** WhatsApp's marks end at a line break, so each line gets its own. */
function splitLines(runs: readonly Run[]): Run[][] {
  let line: Run[] = [];
  const lines = [line];
  for (const run of runs) {
    if (!/[\n\r]/.test(run.text)) {
      line.push(run);
      continue;
    }
    const [first = '', ...others] = run.text.split(/\r\n|\n|\r/);
    line.push({ text: first, marks: run.marks });
    for (const text of others) {
      line = [{ text, marks: run.marks }];
      lines.push(line);
    }
  }
  return lines;
}
