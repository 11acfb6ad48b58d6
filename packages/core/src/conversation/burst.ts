import type { InboundMessage } from '../inbound.ts';
import type { Settings } from '../settings.ts';
import type { Burst, Files } from './event.ts';
import type { Deferred } from './outcome.ts';
import { keywordIn } from './keywords.ts';
import type { Conversation } from './state.ts';

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

/** Whether a message may stand in a run of files. Ask it of events called `messages.upsert` only. */
export function isFileOfContact({ fromMe, content }: InboundMessage): boolean {
  return !fromMe && content.kind === 'media';
}

/** Whether the chat waits for a file, and takes more than one as the answer. */
export function takesSeveralFiles(state: Conversation): boolean {
  const pending = state.status === 'waiting' ? state.session.bot?.pending : undefined;
  return pending?.type === 'input' && pending.input.type === 'file input' && pending.input.options?.['isMultipleAllowed'] === true;
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

/**
 * Milliseconds of silence after which the files of a contact are taken as one answer, where `debounceMs` does not say more. The photos of an
 * album come one by one, each when it is uploaded; a gateway tells of them within a second or two of each other.
 */
const albumMs = 2_000;

/** Waits until no more files come, then takes them as one. */
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
