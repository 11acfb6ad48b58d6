import { invalid, valid } from './verdict.ts';
import type { Verdict } from './verdict.ts';

/** An item of a choice or picture choice: `content` of a picture is its title, else its address. */
export type Choice = { id: string; value: string | undefined; content: string };

type Name = { item: number; text: string };

/**
 * Looks for ids, then values, then contents (longest first), then numbers from 1, each as whole words, and takes what it
 * found out of the text before it looks on.
 */
export function multipleChoice(text: string, choices: readonly Choice[]): Verdict {
  const rounds: Name[][] = [
    choices.map(({ id }, item) => ({ item, text: id })),
    choices.flatMap(({ value }, item) => (value === undefined ? [] : [{ item, text: value }])),
    choices.map(({ content }, item) => ({ item, text: content })),
    choices.map((_, item) => ({ item, text: String(item + 1) })),
  ];
  const found = new Set<number>();
  let rest = text;
  for (const names of rounds) rest = findAll(names, found, rest);
  if (found.size === 0) return invalid;
  const chosen = choices.filter((_, item) => found.has(item));
  return valid(chosen.map(({ value, content }) => value ?? content).join(', '));
}

function findAll(names: readonly Name[], found: Set<number>, text: string): string {
  let rest = text;
  for (const { item, text: name } of names.toSorted((a, b) => b.text.length - a.text.length)) {
    if (found.has(item) || !isWordIn(name, rest)) continue;
    found.add(item);
    rest = rest.replace(name, '');
  }
  return rest;
}

function isWordIn(name: string, text: string): boolean {
  if (name.trim() === '') return false;
  const escaped = name.trim().replace(/[.*+?^${}()|[\]\\/]/g, '\\$&');
  return new RegExp(`(?<![\\p{L}\\p{N}_])${escaped}(?![\\p{L}\\p{N}_])`, 'iu').test(text);
}
