import type { Settings } from '../settings.ts';
import type { HoldReason } from '../render/reasons.ts';
import { matchedMax } from './fold.ts';
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

/** Reads an input that takes words only: `normalise` turns what people write into what Typebot accepts. */
export function readWords(said: Said, settings: Settings, normalise: (text: string) => string): Answer {
  const text = wordsOf(said) ?? placeOf(said);
  return text === null ? unsupported(settings) : sendText(normalised(text, normalise), settings);
}

/** A text too long for an answer is only trimmed. */
export function normalised(text: string, normalise: (text: string) => string): string {
  return text.length > matchedMax ? text.trim() : normalise(text);
}

/** Blank text is no answer: a text input would take it for one. */
export function sendText(text: string, settings: Settings): Answer {
  return text.trim() === '' ? nothingUsable(settings) : send(text);
}

/** Words that name none of the options. Blank ones are no answer to anything. */
export function unmatched(words: string, settings: Settings): Answer {
  return words.trim() === '' ? nothingUsable(settings) : { type: 'unmatched', message: words };
}

/** What a person wrote or tapped; null when the message is of another kind. */
export function wordsOf(said: Said): string | null {
  if (said.kind === 'text') return said.text;
  return said.kind === 'reply' ? said.title || said.id : null;
}

/** `latitude, longitude`, as Typebot's own WhatsApp channel writes a location. */
export function placeOf(said: Said): string | null {
  return said.kind === 'location' ? `${said.latitude}, ${said.longitude}` : null;
}
