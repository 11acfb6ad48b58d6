import type { InboundMessage } from '../inbound.ts';
import type { Settings } from '../settings.ts';
import type { Burst, Conversation, Deferred, Files } from './conversation.ts';
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

/**
 * Milliseconds of silence after which the files of a contact are one answer, unless `debounceMs` is longer. The photos of an album arrive one by
 * one, each when it is uploaded. Gateways report them within one or two seconds of each other.
 */
const albumMs = 2_000;

/** Waits until no more files arrive, then joins them. */
export function gatherFiles(message: InboundMessage, files: Files | null, settings: Settings, now: number): ContactWords | Deferred {
  const alone: ContactWords = { message, parts: [], joined: null, events: 1 };
  if (files === null || !isFileOfContact(message)) return alone;
  const { messages, firstAt, lastAt, isClosed } = files;
  const until = Math.min(lastAt + Math.max(settings.debounceMs, albumMs), firstAt + settings.debounceMaxMs);
  if (!isClosed && now < until) return { type: 'deferred', ms: until - now };
  if (messages.length < 2) return alone;
  const urls = messages.map(({ content }) => (content.kind === 'media' ? content.url : null));
  return { ...alone, message: { ...message, content: { kind: 'files', urls } }, events: messages.length };
}

/** Whether a message can be part of a run of files. Only for events called `messages.upsert`. */
export function isFileOfContact({ fromMe, content }: InboundMessage): boolean {
  return !fromMe && content.kind === 'media';
}

/** Whether the chat waits for a file and accepts several as the answer. */
export function takesSeveralFiles(state: Conversation): boolean {
  const pending = state.status === 'waiting' ? state.session.bot?.pending : undefined;
  return pending?.type === 'input' && pending.input.type === 'file input' && pending.input.options?.['isMultipleAllowed'] === true;
}
