import {
  type CountryCode,
  findPhoneNumbersInText,
  getCountryCallingCode,
  isSupportedCountry,
  parsePhoneNumberFromString,
  type PhoneNumber,
} from 'libphonenumber-js/max';
import { z } from 'zod';
import { plain } from '../normalise.ts';
import { nothingUsable, readWords, send, unclear } from './answers.ts';
import { inputKind, lenient } from './input.ts';

export const phone = inputKind({
  about: {
    becomes: 'nothing: the bubble before it is the question',
    reads:
      'the first number in the message, sent with its country code. One that is written without (`(11) 98888-7777`, `011 98888-7777`) is read as in the country of the contact’s own number, then in the input’s default country; no other country is guessed, and a number that fits neither is answered with `hints.phone`. The first phone of a shared contact card',
    differs: 'Typebot finds no number in `5511999990000` or `(11) 98888-7777`, and its channel knows no contact cards',
  },
  options: z.looseObject({ defaultCountryCode: lenient(z.string()) }),
  read(said, { options, settings, contactPhone }) {
    const readPhone = (text: string) => phoneIn(text, contactPhone, options.defaultCountryCode ?? null);
    if (said.kind !== 'contact') return readWords(said, settings, (text) => answerOf(text, readPhone(text)));
    const [shared] = said.cards.flatMap(({ phones }) => phones);
    return shared === undefined ? nothingUsable(settings) : answerOf(shared, readPhone(shared));

    function answerOf(text: string, found: string | null) {
      if (found !== null) return send(found);
      // Typebot finds no phone in a few digits; more of them it might take for a number of its default country.
      return (text.match(/\p{Nd}/gu) ?? []).length < 6 ? send(text.trim()) : unclear('phone', settings);
    }
  },
});

/**
 * With the whole metadata (`max`, 157 kB instead of 83): only it tells a number of the contact's country from one that is merely as long, and
 * so which of two countries is meant.
 *
 * The first phone in `text` as E.164. `contactPhone`: the digits of the contact's own number, whose country comes first where none is
 * written; empty: not known. Null: there is none, or its country cannot be known.
 */
export function phoneIn(text: string, contactPhone: string, defaultCountry: string | null): string | null {
  const seen = plain(text).replace(/^00(?=[1-9])|(?<=\D)00(?=[1-9]\d{7})/u, '+');
  const written = findPhoneNumbersInText(seen)[0]?.number;
  if (written !== undefined) return written.number;
  const own = contactPhone === '' ? undefined : parsePhoneNumberFromString(`+${contactPhone}`)?.country;
  const countries = [own, defaultCountry?.toUpperCase()].filter(isCountry);
  for (const country of countries) {
    const found = numberOf(seen, country);
    if (found !== null) return found;
  }
  return countries.length === 0 ? internationalIn(seen) : null;
}

function isCountry(code: string | undefined): code is CountryCode {
  return code !== undefined && isSupportedCountry(code);
}

/** A number of `country`, with or without its code and its trunk prefix. */
function numberOf(text: string, country: CountryCode): string | null {
  const alone = parsePhoneNumberFromString(text, { defaultCountry: country, extract: false });
  if (alone !== undefined && isOf(alone, country)) return alone.number;
  const found = findPhoneNumbersInText(text, country).find(({ number }) => isOf(number, country));
  return found?.number.number ?? null;
}

/** Countries that share a code, as the United States and Canada do, dial each other's numbers alike. */
function isOf(number: PhoneNumber, country: CountryCode): boolean {
  return number.isValid() && (number.country === country || number.countryCallingCode === getCountryCallingCode(country));
}

/** Of nobody's country: twelve digits and more are no number within one, so they can only be written with the country's code. */
function internationalIn(text: string): string | null {
  if (!/^[\d\s().-]+$/u.test(text)) return null;
  const digits = text.replace(/\D/gu, '');
  const number = digits.length >= 12 ? parsePhoneNumberFromString(`+${digits}`) : undefined;
  return number?.isValid() ? number.number : null;
}
