import type { InboundContent } from '../inbound.ts';
import type { Settings } from '../settings.ts';

/** Whether a message starts the bot in a chat without a session. Media start it only where every message does. */
export function triggers(content: InboundContent, trigger: Settings['trigger']): boolean {
  switch (trigger.type) {
    case 'all':
      return true;
    case 'none':
      return false;
    case 'keyword':
      return compare[trigger.operator](fold(wordsOf(content)), fold(trigger.value));
  }
}

const compare = {
  equals: (text: string, value: string) => text === value,
  contains: (text: string, value: string) => text.includes(value),
  startsWith: (text: string, value: string) => text.startsWith(value),
  endsWith: (text: string, value: string) => text.endsWith(value),
};

/** The words of a message as the contact would call them; empty where there are none. */
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

/** Case, accents and outer spaces do not count. */
function fold(text: string): string {
  return text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase().trim();
}
