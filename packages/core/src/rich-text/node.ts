/** Anything in the tree. Leaves have `text` and marks, elements have `type` and `children`; nothing of it is certain. */
export type Node = Readonly<Record<string, unknown>>;

/** Deeper than any real text; below it only the bare text is taken, so that a hostile tree cannot exhaust the stack. */
export const depthMax = 60;

export function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Bare strings count as leaves. */
export function leafText(value: unknown): string | null {
  if (typeof value === 'string') return value;
  return isNode(value) && typeof value['text'] === 'string' ? value['text'] : null;
}

export function childrenOf(node: Node): readonly unknown[] {
  const { children } = node;
  if (Array.isArray(children)) return children;
  return children === undefined || children === null ? [] : [children];
}

export function typeOf(value: unknown): string | null {
  return isNode(value) && typeof value['type'] === 'string' ? value['type'] : null;
}

/** All text below `value`, without marks. Does not recurse: trees of any depth are safe. */
export function plainText(value: unknown): string {
  let text = '';
  const waiting: unknown[] = [value];
  while (waiting.length > 0) {
    const next = waiting.pop();
    text += leafText(next) ?? '';
    const inside = Array.isArray(next) ? next : isNode(next) ? [...captionOf(next), ...childrenOf(next)] : [];
    for (let i = inside.length - 1; i >= 0; i -= 1) waiting.push(inside[i]);
  }
  return text;
}

/** The alternative text of an image node. */
export function captionOf(node: Node): readonly unknown[] {
  if (Array.isArray(node['caption'])) return node['caption'];
  return typeof node['alt'] === 'string' ? [node['alt']] : [];
}
