import type { InboundMessage } from '../inbound.ts';
import type { Settings } from '../settings.ts';
import type { Burst } from './event.ts';
import type { Deferred } from './outcome.ts';
import { keywordIn } from './keywords.ts';

/** What a contact said in one go: a message, or the texts of a burst as one. */
export type ContactWords = {
  message: InboundMessage;
  /** The single texts; of a message that was not joined, none. */
  parts: readonly string[];
  /** The texts joined by a newline; null: what the head says. */
  joined: string | null;
  /** Events it stands for, from the head on. */
  events: number;
};

/**
 * Whether a message may stand in a burst: words of the contact that are no keyword. Whatever else stands behind the first text closes
 * the burst. Ask it of events called `messages.upsert` only.
 */
export function isJoinable(message: InboundMessage, settings: Settings): boolean {
  return !message.fromMe && message.content.kind === 'text' && keywordIn(message.content, settings) === null;
}

/** Waits until a burst is over, then takes its texts as one. */
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
