import type { InboundMessage } from '../inbound.ts';
import type { Settings } from '../settings.ts';
import type { Burst, Deferred } from './conversation.ts';
import { keywordIn } from './keywords.ts';

/** What a contact said at once: one message, or the texts of a burst as one. */
export type ContactWords = {
  message: InboundMessage;
  /** The single texts. Empty for a message that was not joined. */
  parts: readonly string[];
  /** The texts joined by a newline. Null: the head's own text. */
  joined: string | null;
  /** Events that it consists of, starting with the head. */
  events: number;
};

/** Waits until a burst is over, then joins its texts. */
export function gather(message: InboundMessage, burst: Burst | null, settings: Settings, now: number): ContactWords | Deferred {
  const isBurst = burst !== null && settings.debounceMs > 0 && isJoinable(message, settings);
  if (!isBurst) return { message, parts: [], joined: null, events: 1 };
  const { texts, firstAt, lastAt, isClosed } = burst;
  const until = Math.min(lastAt + settings.debounceMs, firstAt + settings.debounceMaxMs);
  if (!isClosed && now < until) return { type: 'deferred', ms: until - now };
  if (texts.length < 2) return { message, parts: [], joined: null, events: 1 };
  const joined = texts.join('\n');
  return { message: { ...message, content: { kind: 'text', text: joined } }, parts: texts, joined, events: texts.length };
}

/**
 * Whether a message can be part of a burst: a text of the contact that is not a keyword. Anything else behind the first text closes the
 * burst. Only for events called `messages.upsert`.
 */
export function isJoinable(message: InboundMessage, settings: Settings): boolean {
  return !message.fromMe && message.content.kind === 'text' && keywordIn(message.content, settings) === null;
}
