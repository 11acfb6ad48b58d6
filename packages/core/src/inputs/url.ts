import { z } from 'zod';
import { plain, visible } from '../normalise.ts';
import { readWords, send } from './answers.ts';
import { inputKind } from './input.ts';

export const url = inputKind({
  about: {
    becomes: 'nothing: the bubble before it is the question',
    reads:
      'the one address in the message that names its scheme or begins with `www.`, else the whole message; without marks around it and without the punctuation behind it',
  },
  options: z.looseObject({}),
  read: (said, { settings }) => readWords(said, settings, (text) => send(normaliseURL(text))),
});

/** The one address in `text`; when there is none or more, `text` trimmed. `example.com` is good enough for Typebot. */
export function normaliseURL(text: string): string {
  const seen = visible(text).trim();
  const [only, another] = seen.match(/(?:https?:\/\/|(?<![\w.@/-])www\.)[^\s<>"`]+/giu) ?? [];
  if (another !== undefined) return seen;
  if (only !== undefined) return withoutEnd(only, seen.charAt(seen.indexOf(only) - 1));
  const bare = plain(seen);
  return /\s/u.test(bare) ? seen : withoutEnd(bare, '');
}

/** Without the punctuation of the sentence, a bracket that was opened before the address, and the mark that was. `before`: the sign before it. */
function withoutEnd(address: string, before: string): string {
  let end = address.length;
  for (;;) {
    const last = address.charAt(end - 1);
    const isLoose =
      ".,;:!?…'”»>]".includes(last) || (last === ')' && !address.slice(0, end).includes('(')) || ('*_~'.includes(last) && before === last);
    if (end === 0 || !isLoose) return address.slice(0, end);
    end -= 1;
  }
}
