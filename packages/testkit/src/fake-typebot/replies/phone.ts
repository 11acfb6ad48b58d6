import { findPhoneNumbersInText, isSupportedCountry } from 'libphonenumber-js';
import { invalid, ofText, textOption, valid } from './verdict.ts';

/** The first phone that Typebot's own library finds: behind a `+`, or a national one when the input has a default country. Kept as E.164. */
export const phone = ofText((text, { options = {} }) => {
  const country = textOption(options['defaultCountryCode']);
  const [found] =
    country !== undefined && isSupportedCountry(country) ? findPhoneNumbersInText(text, country) : findPhoneNumbersInText(text);
  return found === undefined ? invalid : valid(found.number.number);
});
