import { expect, test } from 'vitest';
import { defaultSettings, settingsSchema } from './settings.ts';
import { typingMs, typingOf } from './typing.ts';

const typing = typingOf(null, defaultSettings.typing);

test.each([
  ['ten words', 'um dois três quatro cinco seis sete oito nove dez', 1_500],
  ['accented words, each as one', 'não então amanhã será você', 750],
  ['a long text, up to the cap', 'word '.repeat(100), 3_000],
  ['a line of emoji by its characters', '👋👋', 300],
  ['nothing', '', 0],
])('types %s', (_, text, expected) => {
  expect(typingMs(text, typing)).toBe(expected);
});

test('types with the bot’s speed and maximum delay', () => {
  expect(typingMs('one two three four', typingOf({ speed: 60 }, {}))).toBe(3_000);
  expect(typingMs('one two three four', typingOf({ speed: 60, maxDelay: 1.5 }, {}))).toBe(1_500);
  expect(typingMs('one two', typingOf({ enabled: false }, {}))).toBe(0);
});

test('settings override the bot, field by field', () => {
  const { typing: settings } = settingsSchema.parse({ typing: { maxDelayMs: 200, delayBetweenBubblesMs: 0 } });
  const bot = { speed: 60, maxDelay: 5, delayBetweenBubbles: 2, isDisabledOnFirstMessage: false };
  expect(typingOf(bot, settings)).toEqual({
    enabled: true,
    wordsPerMinute: 60,
    maxDelayMs: 200,
    delayBetweenBubblesMs: 0,
    isDisabledOnFirstMessage: false,
  });
});

test.each([
  ['a speed of nothing', { speed: 0 }, { wordsPerMinute: 400 }],
  ['a delay below nothing', { maxDelay: -1, delayBetweenBubbles: -5 }, { maxDelayMs: 0, delayBetweenBubblesMs: 0 }],
  ['a delay of hours', { maxDelay: 10_000 }, { maxDelayMs: 30_000 }],
])('does not follow a bot that asks for %s', (_, bot, expected) => {
  expect(typingOf(bot, {})).toMatchObject(expected);
});
