import { z } from 'zod';
import { readWords } from './answers.ts';
import { inputKind } from './input.ts';

export const url = inputKind({
  about: {
    becomes: 'nothing: the bubble before it is the question',
    reads: 'the one address in the message that names its scheme, else the message trimmed',
  },
  options: z.looseObject({}),
  read: (said, { settings }) => readWords(said, settings, normaliseURL),
});

/** The one address in `text` that names its scheme; when there is none or more, `text` trimmed. `example.com` is good enough for Typebot. */
export function normaliseURL(text: string): string {
  const [only, another] = text.match(/https?:\/\/[^\s<>"]+/giu) ?? [];
  return only !== undefined && another === undefined ? only : text.trim();
}
