import type { InboundContent } from '../inbound.ts';

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
