import { fold } from '../normalise.ts';

/** How each operator compares a text with a value, both folded. */
const comparisons = {
  contains: (text: string, value: string): boolean => text.includes(value),
  notcontains: (text: string, value: string): boolean => !text.includes(value),
  startswith: (text: string, value: string): boolean => text.startsWith(value),
  endswith: (text: string, value: string): boolean => text.endsWith(value),
  exact: (text: string, value: string): boolean => text === value,
};

type Operator = keyof typeof comparisons;
const operators = Object.keys(comparisons) as Operator[];

/** `values` are folded, and none is empty. */
type AdvancedTerm = { operator: Operator; values: string[] };

export type ParsedAdvanced =
  | { type: 'terms'; terms: AdvancedTerm[] }
  /** `expected` goes on from "Expected `field` to be ". */
  | { type: 'problem'; expected: string };

/**
 * Whether `filter` lets a text pass. Terms of one operator are alternatives, different operators must all hold, and so must all values of a
 * term. Case, accents, invisible signs and outer spaces do not count. No words match nothing, not even `notcontains`.
 */
export function passesAdvanced(filter: string, words: string): boolean {
  const said = fold(words);
  const parsed = parseAdvanced(filter);
  if (said === '' || parsed.type === 'problem') return false;
  const alternatives = Map.groupBy(parsed.terms, ({ operator }) => operator);
  return [...alternatives.values()].every((terms) =>
    terms.some(({ operator, values }) => values.every((value) => comparisons[operator](said, value))),
  );
}

/**
 * Reads `contains:a,b notcontains:c startswith:d endswith:e exact:f`. The operators may stand in any order, as often as one likes,
 * in any case.
 *
 * - A value goes on over spaces until the next `operator:`, so `contains:good morning,hi` has two values.
 * - Double quotes keep commas and colons in a value: `contains:"yes, please"`. A value cannot hold a quote.
 * - An operator that is none of the five, a text before the first one, an empty value and an unclosed quote are problems, and so is
 *   what no message can meet, such as `exact:a,b`.
 */
export function parseAdvanced(value: string): ParsedAdvanced {
  // Of the same length, so that what is found in it is at the same place in `value`.
  const unquoted = value.replace(/"[^"]*"/g, (quoted) => '_'.repeat(quoted.length));
  if (unquoted.includes('"')) return problem('a filter in which every double quote is closed');
  const heads = [...unquoted.matchAll(/(?<!\S)(\p{L}+):/gu)];
  if (heads.length === 0 || unquoted.slice(0, heads[0]?.index).trim() !== '') {
    return problem(`a filter that begins with an operator (${named}), such as \`contains:hello\``);
  }
  const terms: AdvancedTerm[] = [];
  for (const [index, head] of heads.entries()) {
    const operator = operators.find((known) => known === head[1]?.toLowerCase());
    if (!operator) return problem(`a filter of ${named}, and \`${head[0]}\` is none of them (words with a colon go in double quotes)`);
    const values = valuesIn(value, unquoted, head.index + head[0].length, heads[index + 1]?.index ?? value.length);
    if (values.includes('')) return problem(`a filter without an empty value, and \`${operator}:\` has one`);
    if (!canHold(operator, values)) return problem(`a filter that a message can meet, and none can be ${shown(operator, values)}`);
    terms.push({ operator, values });
  }
  return { type: 'terms', terms };
}

const named = operators.map((operator) => `\`${operator}:\``).join(', ');

function problem(expected: string): ParsedAdvanced {
  return { type: 'problem', expected };
}

/** What stands between two places, at the commas that no quotes keep. */
function valuesIn(value: string, unquoted: string, from: number, to: number): string[] {
  const values: string[] = [];
  for (let start = from; start <= to;) {
    const comma = unquoted.indexOf(',', start);
    const end = comma === -1 || comma > to ? to : comma;
    values.push(fold(value.slice(start, end).replaceAll('"', '')));
    start = end + 1;
  }
  return values;
}

/** Of what has one beginning, one end or one wording, several can be asked for only where the longest holds the others. */
function canHold(operator: Operator, values: string[]): boolean {
  if (operator === 'contains' || operator === 'notcontains') return true;
  const longest = values.toSorted((one, other) => other.length - one.length)[0] ?? '';
  return values.every((value) => comparisons[operator](longest, value));
}

function shown(operator: Operator, values: string[]): string {
  const either = values.map((value) => `${operator}:${value}`).join(' ');
  return `all of \`${operator}:${values.join(',')}\` at once (one of them is \`${either}\`)`;
}
