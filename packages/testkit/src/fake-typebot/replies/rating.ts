import { invalid, numberOption, ofText, valid } from './verdict.ts';

/** Only the upper end is checked: -3, 3.5 and the empty text pass, as they do on Typebot. */
export const rating = ofText((text, { options = {} }) => {
  const length = numberOption(options['length']) ?? 10;
  return Number(text) <= length ? valid(text) : invalid;
});
