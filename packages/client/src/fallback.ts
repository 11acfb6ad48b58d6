import type { OutboundMessage } from '@typelane/core/contracts';

type Interactive = Extract<OutboundMessage, { type: 'buttons' | 'list' }>;

/**
 * For gateways without buttons and lists: the text that stands for an interactive message, with the same id and pace.
 * Any other message comes back as it is.
 */
export function fallback(message: OutboundMessage): Exclude<OutboundMessage, Interactive> {
  if (message.type !== 'buttons' && message.type !== 'list') return message;
  const { id, typingMs, waitMs, fallbackText } = message;
  return { type: 'text', id, typingMs, waitMs, text: fallbackText, linkPreview: false };
}
