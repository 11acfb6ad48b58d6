import type { TypingEmulation } from './bot.ts';
import type { Settings } from './settings.ts';
import { codePoints } from './whatsapp.ts';

/** The typing emulation that applies, after the settings. */
export type Typing = {
  enabled: boolean;
  wordsPerMinute: number;
  maxDelayMs: number;
  delayBetweenBubblesMs: number;
  isDisabledOnFirstMessage: boolean;
};

/** Typebot's defaults. */
const defaults = { speed: 400, maxDelay: 3, delayBetweenBubbles: 0 };

/** The longest delay that a bot may ask for, the same as for the settings. WhatsApp shows "typing…" for 25 seconds. */
const longestMs = 30_000;

/** For each field: the setting, else the bot's value, else Typebot's default. */
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

/** Milliseconds. A text without words (an emoji, a line) is measured in characters, as in Typebot. */
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
