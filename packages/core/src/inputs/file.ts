import { z } from 'zod';
import type { Settings } from '../settings.ts';
import { hold, sendText, send, unsupported, wordsOf } from './answers.ts';
import { isFileAllowed } from './file-types.ts';
import { foldToWords, matchedMax } from '../normalise.ts';
import { hint, skipWord } from './hints.ts';
import { inputKind, lenient } from './input.ts';
import { under } from './option-list.ts';

const optionsSchema = z.looseObject({
  isRequired: lenient(z.boolean()),
  allowedFileTypes: lenient(z.looseObject({ isEnabled: lenient(z.boolean()), types: lenient(z.array(z.string())) })),
  labels: lenient(z.looseObject({ skip: lenient(z.string()) })),
});
type Options = z.output<typeof optionsSchema>;

/** A file input wants the address as text: `attachedFileUrls` leaves it unanswered. */
export const file = inputKind({
  about: {
    becomes: 'nothing; where it may be skipped, the text `hints.optionalFile` with the word that skips it',
    reads:
      'the address of any media as text; where several are allowed, the files that come within two seconds of each other, or within `debounceMs`, are one answer, joined by `, `; written addresses likewise; the skip word, or the one of our languages, as no answer. A file whose extension the input does not allow is answered with `hints.unsupportedMedia`',
    limits: 'Typebot wants an http(s) address with a domain or an IP, of at most 2,083 characters, that ends in the plain extension',
    differs: 'Typebot’s channel joins several files by a blank line, which Typebot refuses, and cannot skip',
  },
  options: optionsSchema,
  show({ options, settings }, body) {
    return under(body, isOptional(options) ? hint(settings, 'optionalFile', { skip: skipLabel(options, settings) }) : '');
  },
  read(said, { options, settings }) {
    if (said.kind === 'media' || said.kind === 'files') {
      const urls = (said.kind === 'media' ? [said.url] : said.urls).filter((url) => url !== null);
      if (urls.length === 0) return unsupported(settings);
      const areAllowed = urls.every((url) => isFileAllowed(url, allowedTypes(options)));
      return areAllowed ? send(urls.join(', ')) : hold('file_type_not_allowed', hint(settings, 'unsupportedMedia'));
    }
    const words = wordsOf(said);
    if (words === null) return unsupported(settings);
    if (isOptional(options) && meansSkip(words, options, settings)) return { type: 'send', message: null };
    return sendText(normaliseAddresses(words), settings);
  },
});

/** Addresses one below the other or side by side, joined as Typebot takes them; anything else trimmed. */
export function normaliseAddresses(text: string): string {
  const parts = text.trim().split(/,?\s+/u);
  return parts.every((part) => /^https?:\/\//i.test(part)) ? parts.join(', ') : text.trim();
}

/** Empty: any. */
function allowedTypes({ allowedFileTypes }: Options): string[] {
  return allowedFileTypes?.isEnabled === true ? (allowedFileTypes.types ?? []) : [];
}

/** A file is required unless the bot says otherwise. */
function isOptional(options: Options): boolean {
  return options.isRequired === false;
}

function skipLabel(options: Options, settings: Settings): string {
  return options.labels?.skip?.trim() || skipWord[settings.locale];
}

/** The bot's own label, or the word for it in any of our languages. */
function meansSkip(words: string, options: Options, settings: Settings): boolean {
  if (words.length > matchedMax) return false;
  const said = foldToWords(words);
  return said !== '' && [skipLabel(options, settings), ...Object.values(skipWord)].some((word) => foldToWords(word) === said);
}
