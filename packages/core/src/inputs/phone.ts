import { z } from 'zod';
import { nothingUsable, readWords, send } from './answers.ts';
import { inputKind, lenient } from './input.ts';

export const phone = inputKind({
  about: {
    becomes: 'nothing: the bubble before it is the question',
    reads: 'digits with a `+` before them where the input has no default country; the first phone of a shared contact card',
    differs: 'Typebot finds no number in `5511999990000`, and its channel knows no contact cards',
  },
  options: z.looseObject({ defaultCountryCode: lenient(z.string()) }),
  read(said, { options, settings }) {
    const hasCountry = Boolean(options.defaultCountryCode);
    if (said.kind !== 'contact') return readWords(said, settings, (text) => normalisePhone(text, hasCountry));
    const [shared] = said.cards.flatMap(({ phones }) => phones);
    return shared === undefined ? nothingUsable(settings) : send(normalisePhone(shared, hasCountry));
  },
});

/**
 * A number written without `+` is read by the input's country; where it has none, Typebot finds a number only behind a `+`. What is more
 * than a number (`my phone is …`) passes as it is: Typebot finds the number in it.
 */
export function normalisePhone(text: string, hasCountry: boolean): string {
  const trimmed = text.trim();
  if (hasCountry || !/^[\d\s().-]+$/u.test(trimmed)) return trimmed;
  const digits = trimmed.replace(/\D/gu, '').replace(/^00/, '');
  return digits.length >= 8 && digits.length <= 15 ? `+${digits}` : trimmed;
}
