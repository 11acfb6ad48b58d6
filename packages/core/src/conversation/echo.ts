import type { InboundEvent, InboundMessage } from '../inbound.ts';

/** A message that we sent, as it was put on record: an `OutboundMessage`, or one of an older version. */
export type Send = Readonly<Record<string, unknown>>;

/**
 * Whether a message from the phone's side is one of our own sends and no human's. `sends`: what was last said in this chat. Known key ids
 * are not looked at: they are asked of the database.
 */
export function isEcho(message: InboundMessage, event: InboundEvent, sends: readonly Send[]): boolean {
  if (!message.fromMe) return false;
  return message.sentByApi || sends.some((send) => carries(event, send) || repeats(message, send));
}

/**
 * The id we gave the message comes back in one of the fields that gateways hand through. Not looked for in the content: a human's answer
 * quotes what it answers.
 */
function carries({ data }: InboundEvent, { id }: Send): boolean {
  return typeof id === 'string' && id !== '' && tags.some((tag) => JSON.stringify(data[tag] ?? null).includes(id));
}

const tags = ['keyId', 'messageId', 'externalAttributes', 'trackId', 'trackid', 'correlationId', 'biz_opaque_callback_data'] as const;

function repeats({ content, contentType }: InboundMessage, send: Send): boolean {
  switch (content.kind) {
    case 'text':
    case 'reply':
      return wordsSent(send).has(squeeze(content.kind === 'text' ? content.text : content.title));
    case 'media': {
      const caption = squeeze(content.caption);
      return caption === '' ? content.media === send['type'] && captionOf(send) === '' : wordsSent(send).has(caption);
    }
    case 'unknown':
      return isInteractive(send) && /button|list|interactive|template/i.test(contentType);
    default:
      return false;
  }
}

/** All that a send may be shown as. */
function wordsSent(send: Send): Set<string> {
  const parts = [send['text'], send['caption'], send['body'], send['fallbackText']];
  return new Set(parts.flatMap((part) => (typeof part === 'string' && part.trim() !== '' ? [squeeze(part)] : [])));
}

function captionOf({ caption }: Send): string {
  return typeof caption === 'string' ? squeeze(caption) : '';
}

/** Only a program can send these. */
function isInteractive({ type }: Send): boolean {
  return type === 'buttons' || type === 'list' || type === 'poll';
}

/** Gateways differ in white space. */
function squeeze(text: string): string {
  return text.replace(/\s+/gu, ' ').trim();
}
