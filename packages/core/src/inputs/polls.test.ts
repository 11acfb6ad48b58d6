import { expect, test } from 'vitest';
import type { BotInput } from '../bot.ts';
import { settingsSchema, type SettingsInput } from '../settings.ts';
import { readInput, showInput } from './index.ts';

const settingsOf = (settings: SettingsInput) =>
  settingsSchema.parse({ locale: 'en', hints: { choice: '', multipleChoice: '' }, ...settings });
const choice = (...contents: string[]): BotInput => ({
  id: 'c1',
  type: 'choice input',
  items: contents.map((content, i) => ({ id: `i${i + 1}`, content })),
});
const show = (input: BotInput, body: string, settings: SettingsInput) => showInput(input, body, settingsOf(settings));
const ten = ['A', 'B', 'C', 'D', 'E', 'F', 'G', 'H', 'I', 'J'];

test('options are a poll where the settings say so, and its votes are the choice', () => {
  const asPoll: SettingsInput = { choices: 'poll' };
  const poll = {
    type: 'poll',
    body: 'Pick one:',
    options: ['Sales', 'Support'],
    selectableCount: 1,
    fallbackText: 'Pick one:\n\n1. Sales\n2. Support',
  };
  expect(show(choice('Sales', 'Support'), 'Pick one:', asPoll)).toEqual({ takesBody: true, messages: [poll] });
  const several = { ...choice('Sales', 'Support'), options: { isMultipleChoice: true } };
  expect(show(several, 'Pick one:', asPoll).messages).toEqual([{ ...poll, selectableCount: 0 }]);
  const vote = { kind: 'vote' as const, titles: ['Support', 'Sales'] };
  expect(readInput(vote, several, settingsOf(asPoll))).toEqual({ type: 'send', message: 'Sales, Support' });
});

test.each<[string, BotInput]>([
  ['one option', choice('Sales')],
  ['more options than a poll has', choice(...ten, 'K', 'L', 'M')],
  ['an option that is too long', choice('Sales', 'x'.repeat(101))],
  ['two options called alike', choice('Sales', 'Sales')],
])('%s is a numbered list where polls are asked for', (_, input) => {
  expect(show(input, 'Pick one:', { choices: 'poll' }).messages).toMatchObject([{ type: 'text' }]);
});

test('a question that is too long for a poll stands before it', () => {
  const shown = show(choice('Sales', 'Support'), 'x'.repeat(256), { choices: 'poll' });
  expect(shown).toMatchObject({ takesBody: false, messages: [{ type: 'poll', body: 'Please choose one of the options:' }] });
});
