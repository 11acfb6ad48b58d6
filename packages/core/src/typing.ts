import type { TypingEmulation } from './bot.ts';
import type { Settings } from './settings.ts';
import { codePoints } from './whatsapp.ts';

/** How long the bot seems to type, after the settings have had their say. */
export type Typing = {
  enabled: boolean;
  wordsPerMinute: number;
  maxDelayMs: number;
  delayBetweenBubblesMs: number;
  isDisabledOnFirstMessage: boolean;
};

/** What Typebot assumes for a bot that says nothing. */
const defaults = { speed: 400, maxDelay: 3, delayBetweenBubbles: 0 };

/** The longest a bot may ask for, as for the settings; WhatsApp itself shows "typing…" for 25 seconds. */
const longestMs = 30_000;

/** Field by field: the setting, else what the bot says, else Typebot's default. */
export function typingOf(bot: TypingEmulation | null, settings: Settings['typing']): Typing {
  const speed = settings.speed ?? bot?.speed ?? defaults.speed;
  return {
    enabled: settings.enabled ?? bot?.enabled ?? true,
    wordsPerMinute: speed > 0 ? speed : defaults.speed,
    maxDelayMs: settings.maxDelayMs ?? milliseconds(bot?.maxDelay ?? defaults.maxDelay),
    delayBetweenBubblesMs: settings.delayBetweenBubblesMs ?? milliseconds(bot?.delayBetweenBubbles ?? defaults.delayBetweenBubbles),
    isDisabledOnFirstMessage: bot?.isDisabledOnFirstMessage ?? true,
  };
}

/** Milliseconds. Text without a word (an emoji, a line) counts by its characters, as Typebot does. */
export function typingMs(text: string, typing: Typing): number {
  if (!typing.enabled) return 0;
  const words = wordsIn(text) || codePoints(text);
  return Math.round(Math.min((words / typing.wordsPerMinute) * 60_000, typing.maxDelayMs));
}

function wordsIn(text: string): number {
  return text.match(/[\p{L}\p{M}\p{N}_]+/gu)?.length ?? 0;
}

function milliseconds(seconds: number): number {
  return Math.round(Math.min(Math.max(seconds * 1_000, 0), longestMs));
}
