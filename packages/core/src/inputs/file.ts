import { z } from 'zod';
import type { Settings } from '../settings.ts';
import { sendText, send, unsupported, wordsOf } from './answers.ts';
import { foldToWords } from './fold.ts';
import { hint, skipWord } from './hints.ts';
import { inputKind, lenient } from './input.ts';
import { under } from './option-list.ts';

const optionsSchema = z.looseObject({
  isRequired: lenient(z.boolean()),
  labels: lenient(z.looseObject({ skip: lenient(z.string()) })),
});
type Options = z.output<typeof optionsSchema>;

/** A file input wants the address as text: `attachedFileUrls` leaves it unanswered. */
export const file = inputKind({
  options: optionsSchema,
  show({ options, settings }, body) {
    return under(body, isOptional(options) ? hint(settings, 'optionalFile', { skip: skipLabel(options, settings) }) : '');
  },
  read(said, { options, settings }) {
    if (said.kind === 'media') return said.url === null ? unsupported(settings) : send(said.url);
    const words = wordsOf(said);
    if (words === null) return unsupported(settings);
    return isOptional(options) && meansSkip(words, options, settings) ? { type: 'send', message: null } : sendText(words.trim(), settings);
  },
});

/** A file is required unless the bot says otherwise. */
function isOptional(options: Options): boolean {
  return options.isRequired === false;
}

function skipLabel(options: Options, settings: Settings): string {
  return options.labels?.skip?.trim() || skipWord[settings.locale];
}

/** The bot's own label, or the word for it in any of our languages. */
function meansSkip(words: string, options: Options, settings: Settings): boolean {
  const said = foldToWords(words);
  return said !== '' && [skipLabel(options, settings), ...Object.values(skipWord)].some((word) => foldToWords(word) === said);
}
