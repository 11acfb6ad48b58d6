import type { Settings } from '../settings.ts';
import type { HoldReason } from '../render/reasons.ts';
import { isBlank, matchedMax } from '../normalise.ts';
import { hint } from './hints.ts';
import type { Answer, Said } from './input.ts';

/** Plain text goes as a bare string, which every Typebot since 2.19.1 understands. */
export function send(message: string): Answer {
  return { type: 'send', message };
}

export function hold(reason: HoldReason, notice: string | null = null): Answer {
  return { type: 'hold', reason, notice: notice === '' ? null : notice };
}

/** The bot waits for something else than this. */
export function unsupported(settings: Settings): Answer {
  return hold('unsupported_media', hint(settings, 'unsupportedMedia'));
}

/** There is nothing in the message that could be sent. */
export function nothingUsable(settings: Settings): Answer {
  return hold('nothing_usable', settings.unknownMessage);
}

/** Reads an input that takes words only. A text too long for an answer goes as it is, trimmed; blank text is no answer. */
export function readWords(said: Said, settings: Settings, read: (text: string) => Answer): Answer {
  const text = wordsOf(said);
  if (text === null) return unsupported(settings);
  if (isBlank(text)) return nothingUsable(settings);
  return text.length > matchedMax ? send(text.trim()) : read(text);
}

/** Typebot would read something else out of the words than they say. The hint of the question's kind; without one, the bot's own words. */
export function unclear(kind: UnclearKind, settings: Settings): Answer {
  const notice = hint(settings, kind);
  return notice === '' ? send(unreadable) : hold('unclear', notice);
}

type UnclearKind = 'number' | 'date' | 'time' | 'phone';

/**
 * What no question but a text input takes for an answer, so that the bot answers in its own words. No message at all would do the same, but a
 * bot with an Invalid reply or a Reply event fails on it with HTTP 500.
 */
export const unreadable = '…';

/** Blank text is no answer: a text input would take it for one. */
export function sendText(text: string, settings: Settings): Answer {
  return isBlank(text) ? nothingUsable(settings) : send(text);
}

/** Words that name none of the options. Blank ones are no answer to anything. */
export function unmatched(words: string, settings: Settings): Answer {
  return isBlank(words) ? nothingUsable(settings) : { type: 'unmatched', message: words };
}

/** What a person wrote, tapped or voted for; null when the message is of another kind. */
export function wordsOf(said: Said): string | null {
  if (said.kind === 'text') return said.text;
  if (said.kind === 'vote') return said.titles.join(', ');
  return said.kind === 'reply' ? said.title || said.id : null;
}

/** `latitude, longitude`, as Typebot's own WhatsApp channel writes a location. */
export function placeOf(said: Said): string | null {
  return said.kind === 'location' ? `${said.latitude}, ${said.longitude}` : null;
}
