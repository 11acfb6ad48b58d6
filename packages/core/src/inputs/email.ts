import { z } from 'zod';
import { visible } from '../normalise.ts';
import { readWords, send } from './answers.ts';
import { inputKind } from './input.ts';

/** Typebot refuses an address with anything around it; keyboards add a space after it. */
export const email = inputKind({
  about: {
    becomes: 'nothing: the bubble before it is the question',
    reads:
      'the one address in the message, without what stands around it (`<mailto:ana@example.com>`, `*ana@example.com*`, invisible signs); spaces within it (`ana @ example . com`) do not count, an apostrophe does',
    differs: 'Typebot refuses an address with a space behind it, which keyboards add',
  },
  options: z.looseObject({}),
  read: (said, { settings }) => readWords(said, settings, (text) => send(normaliseEmail(text))),
});

/** The one address in `text`; when there is none or more, `text` trimmed. */
export function normaliseEmail(text: string): string {
  const seen = visible(text).trim();
  return onlyAddress(seen) ?? onlyAddress(seen.replace(/ *([@.]) */gu, '$1')) ?? seen;
}

function onlyAddress(text: string): string | null {
  const [only = '', another] = text.match(/[^\s<>()[\],;:"*`]+@[^\s<>()[\],;:"*`@]+/gu) ?? [];
  const [local = '', domain = ''] = only.split('@');
  const mark = local.charAt(0);
  const isMarked = mark === "'" || ('_~'.includes(mark) && domain.endsWith(mark));
  const name = isMarked ? local.slice(1) : local;
  const host = trimmedEnd(domain);
  return another === undefined && name !== '' && host.includes('.') ? `${name}@${host}` : null;
}

/** Signs that end a sentence or a mark, and no name of a host. */
function trimmedEnd(domain: string): string {
  let to = domain.length;
  while (to > 0 && ".!?'_~…".includes(domain.charAt(to - 1))) to -= 1;
  return domain.slice(0, to);
}
