import type { Integration, Matches } from '../conversation/conversation.ts';
import type { InboundContent } from '../inbound.ts';
import { fold, keywordForm } from '../normalise.ts';
import type { Settings } from '../settings.ts';
import { passesAdvanced } from './advanced-filter.ts';

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

/** The words of a message as the contact would call them: the text, the title of a tapped choice, a caption. Empty where there are none. */
export function wordsOf(content: InboundContent): string {
  switch (content.kind) {
    case 'text':
      return content.text;
    case 'reply':
      return content.title;
    case 'media':
      return content.caption;
    default:
      return '';
  }
}

function triggers(trigger: Trigger, content: InboundContent, matches: Matches): boolean {
  if (content.kind === 'vote') return false;
  const words = wordsOf(content);
  switch (trigger.type) {
    case 'all':
      return true;
    case 'keyword':
      return holdsKeyword(trigger, words, matches);
    case 'advanced':
      return passesAdvanced(trigger.value, words);
    case 'none':
      return false;
  }
}

/** Of a `regex` the words count as they came; of the others what both texts look like to a person. No words match nothing. */
function holdsKeyword({ operator, value }: Extract<Trigger, { type: 'keyword' }>, words: string, matches: Matches): boolean {
  if (fold(words) === '') return false;
  switch (operator) {
    case 'equals':
      return keywordForm(words) === keywordForm(value);
    case 'contains':
      return fold(words).includes(fold(value));
    case 'startsWith':
      return keywordForm(words).startsWith(keywordForm(value));
    case 'endsWith':
      return keywordForm(words).endsWith(keywordForm(value));
    case 'regex':
      return matches(value, words);
  }
}
