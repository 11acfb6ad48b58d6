import { fold } from '../inputs/fold.ts';
import type { Settings } from '../settings.ts';
import { type AdvancedTerm, comparisons, parseAdvanced } from './parse-advanced.ts';

type Advanced = Extract<Settings['trigger'], { type: 'advanced' }>;

/**
 * Terms of one operator are alternatives, different operators must all hold, and so must all values of a term. Case, accents and
 * outer spaces do not count. No words match nothing, not even `notcontains`.
 */
export function advanced({ value }: Advanced, words: string): boolean {
  const said = fold(words);
  const parsed = parseAdvanced(value);
  if (said === '' || parsed.type === 'problem') return false;
  const alternatives = Map.groupBy(parsed.terms, ({ operator }) => operator);
  return [...alternatives.values()].every((terms) => terms.some((term) => holdsReplies(term, said)));
}

function holdsReplies({ operator, values }: AdvancedTerm, said: string): boolean {
  return values.every((value) => comparisons[operator](said, value));
}
