import type { Matches } from '../conversation/conversation.ts';
import { fold } from '../inputs/fold.ts';
import type { Settings } from '../settings.ts';
import { compare } from './compare.ts';

type Keyword = Extract<Settings['trigger'], { type: 'keyword' }>;

/** Case, accents and outer spaces do not count, but for `regex`, which is found anywhere in the words as they came. No words match nothing. */
export function keyword({ operator, value }: Keyword, words: string, matches: Matches): boolean {
  if (words.trim() === '') return false;
  return operator === 'regex' ? matches(value, words) : compare[operator](fold(words), fold(value));
}
