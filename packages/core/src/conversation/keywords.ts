import type { InboundContent } from '../inbound.ts';
import type { Settings } from '../settings.ts';
import { keywordForm } from '../normalise.ts';

export type KeywordKind = keyof Settings['keywords'];

/** A word that is handled before Typebot hears of it. `answer`: what is said to it. */
export type Keyword = { kind: KeywordKind; answer: string | null };

/** A word stands in one list only. */
const everyKind: readonly KeywordKind[] = ['finish', 'restart', 'pause', 'resume'];

/** The keyword of one of `kinds` that the whole message is. Only what was written or tapped can be one: no captions. */
export function keywordIn(content: InboundContent, { keywords }: Settings, kinds = everyKind): Keyword | null {
  if (kinds.every((kind) => keywords[kind].length === 0)) return null;
  const said = keywordForm(content.kind === 'text' ? content.text : content.kind === 'reply' ? content.title : '');
  if (said === '') return null;
  for (const kind of kinds) {
    const found = keywords[kind].find(({ word }) => keywordForm(word) === said);
    if (found) return { kind, answer: found.answer };
  }
  return null;
}
