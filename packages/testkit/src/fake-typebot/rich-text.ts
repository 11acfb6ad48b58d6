import { fillPiece, piecesOf, show, template } from './template.ts';
import type { Piece, Template } from './template.ts';

/** An element `{ type, children }` or a leaf `{ text, bold?, … }`. */
export type RichNode = { [field: string]: unknown; type?: string; text?: string; children?: readonly RichNode[] };

/**
 * The rich text of a bubble, with its variables filled in the way Typebot does: a leaf is split around them, empty ones
 * disappear, a line that is nothing but one styled variable becomes a bare leaf.
 *
 * Differs on purpose: Typebot reads values as Markdown, here they stay as they are.
 */
export function compileRichText(source: string | readonly RichNode[]): Template<readonly RichNode[]> {
  const nodes = typeof source === 'string' ? source.split('\n').map(paragraph) : source;
  if (!JSON.stringify(nodes).includes('{{')) return () => nodes;
  const blocks = nodes.map(compileBlock);
  return (variables) => blocks.flatMap((block) => block(variables));
}

export function paragraph(text: string): RichNode {
  return { type: 'p', children: [{ text }] };
}

function compileBlock(node: RichNode): Template<RichNode[]> {
  const alone = onlyVariable(node);
  if (!alone) return compileNode(node);
  const { leaf, variable } = alone;
  const { text: _, ...marks } = leaf;
  const isStyled = Object.keys(marks).length > 0;
  return (variables) => {
    const text = show(variables[variable] ?? null);
    if (text.trim() === '') return [];
    return [isStyled ? { ...marks, text } : { ...node, children: [{ text }] }];
  };
}

function onlyVariable(node: RichNode): { leaf: RichNode; variable: string } | null {
  const [leaf, ...others] = node.children ?? [];
  if (node.type !== 'p' || !leaf || others.length > 0 || leaf.text === undefined) return null;
  const [piece, ...rest] = piecesOf(leaf.text);
  return typeof piece === 'object' && rest.length === 0 ? { leaf, variable: piece.variable } : null;
}

function compileNode(node: RichNode): Template<RichNode[]> {
  if (node.text !== undefined) return compileLeaf(node, node.text);
  const { children, ...fields } = node;
  const ownFields = template(fields);
  const inner = (children ?? []).map(compileNode);
  return (variables) => {
    const filled = inner.flatMap((child) => child(variables));
    return [{ ...ownFields(variables), ...(children && { children: filled.length > 0 ? filled : [{ text: '' }] }) }];
  };
}

function compileLeaf(leaf: RichNode, text: string): Template<RichNode[]> {
  const pieces = piecesOf(text);
  if (!pieces.some((piece) => typeof piece === 'object')) return () => [leaf];
  return (variables) =>
    pieces.flatMap((piece: Piece) => {
      const filled = fillPiece(piece, variables);
      return typeof piece === 'object' && filled.trim() === '' ? [] : [{ ...leaf, text: filled }];
    });
}
