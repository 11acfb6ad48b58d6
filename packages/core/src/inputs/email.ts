import { z } from 'zod';
import { readWords } from './answers.ts';
import { inputKind } from './input.ts';

/** Typebot refuses an address with anything around it; keyboards add a space after it. */
export const email = inputKind({
  about: {
    becomes: 'nothing: the bubble before it is the question',
    reads: 'the one address in the message, without what stands around it',
    differs: 'Typebot refuses an address with a space behind it, which keyboards add',
  },
  options: z.looseObject({}),
  read: (said, { settings }) => readWords(said, settings, normaliseEmail),
});

/** The one address in `text`; when there is none or more, `text` trimmed. */
export function normaliseEmail(text: string): string {
  const found = text.match(/[^\s<>()[\],;:"']+@[^\s<>()[\],;:"']+/gu) ?? [];
  const [only = '', another] = found;
  const address = only.replace(/[.!?]+$/u, '');
  return another === undefined && address !== '' && !address.endsWith('@') ? address : text.trim();
}
