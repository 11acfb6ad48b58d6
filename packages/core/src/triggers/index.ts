import type { Integration, Matches } from '../conversation/conversation.ts';
import type { InboundContent } from '../inbound.ts';
import type { Settings } from '../settings.ts';
import { advanced } from './advanced.ts';
import { all } from './all.ts';
import { keyword } from './keyword.ts';
import { none } from './none.ts';
import { wordsOf } from './words.ts';

export { fold } from '../inputs/fold.ts';
export { wordsOf } from './words.ts';

type Trigger = Settings['trigger'];

/**
 * Which bot a message starts in a chat without a session; null: none. The flow of the highest priority whose trigger matches (of
 * equal priorities the first in the list), else the integration's own bot by its own trigger.
 */
export function chooseBot(
  content: InboundContent,
  { publicId, typebotURL, settings }: Integration,
  matches: Matches,
): { publicId: string; typebotURL: string } | null {
  const flow = settings.flows
    .toSorted((one, other) => other.priority - one.priority)
    .find(({ trigger }) => triggers(trigger, content, matches));
  if (flow) return { publicId: flow.publicId, typebotURL: flow.typebotURL ?? typebotURL };
  return triggers(settings.trigger, content, matches) ? { publicId, typebotURL } : null;
}

/** Whether a message asks for a bot by its words: a trigger of kind `keyword` or `advanced` matches, of a flow or the integration's own. */
export function isKeywordTriggered(content: InboundContent, { settings }: Integration, matches: Matches): boolean {
  return [...settings.flows.map(({ trigger }) => trigger), settings.trigger].some(
    (trigger) => (trigger.type === 'keyword' || trigger.type === 'advanced') && triggers(trigger, content, matches),
  );
}

function triggers(trigger: Trigger, content: InboundContent, matches: Matches): boolean {
  const words = wordsOf(content);
  switch (trigger.type) {
    case 'all':
      return all();
    case 'keyword':
      return keyword(trigger, words, matches);
    case 'advanced':
      return advanced(trigger, words);
    case 'none':
      return none();
  }
}
