import type { WireItem } from '../compile.ts';
import { groupOption, invalid, textOption } from './verdict.ts';
import type { Reply, Validator, Verdict } from './verdict.ts';

/** A path's id, or the card's title (then its first path). What is written on the button is not understood. */
export const cards: Validator = (reply, { options = {}, items = [] }) => {
  if (reply.type !== 'text') return invalid;
  const chosen = find(reply, items);
  const card = chosen && items[chosen.item];
  if (!chosen || !card) return invalid;
  const content = textOption(card['title']) ?? textOption(card['imageUrl']) ?? '';
  return { valid: true, content, chosen, also: mapped(options['saveResponseMapping'], card, chosen.path) } satisfies Verdict;
};

function find(reply: Reply & { type: 'text' }, items: readonly WireItem[]): { item: number; path: number } | null {
  const ids = new Set([reply.metadata?.replyId, reply.text]);
  for (const [item, { paths = [] }] of items.entries()) {
    const path = paths.findIndex(({ id }) => ids.has(id));
    if (path >= 0) return { item, path };
  }
  const said = reply.text.trim().toLowerCase();
  const item = items.findIndex(({ title }) => typeof title === 'string' && title.trim().toLowerCase() === said);
  return item >= 0 ? { item, path: 0 } : null;
}

function mapped(mapping: unknown, card: WireItem, path: number) {
  if (!Array.isArray(mapping)) return [];
  const fields: Record<string, unknown> = {
    'Image URL': card['imageUrl'],
    Title: card['title'],
    Description: card['description'],
    Button: card.paths?.[path]?.text,
    'Internal Value': groupOption(card['options'])['internalValue'],
  };
  return mapping.map(groupOption).flatMap(({ field, variableId }) => {
    const id = textOption(variableId);
    return id ? [{ variableId: id, value: textOption(fields[String(field)]) ?? null }] : [];
  });
}
