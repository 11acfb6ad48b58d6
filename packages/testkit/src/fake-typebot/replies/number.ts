import { invalid, numberOption, ofText, valid } from './verdict.ts';

/** The number the text starts with; a comma counts as decimal point. A limit of 0 is no limit. */
export const number = ofText((text, { options = {} }) => {
  const value = Number.parseFloat(text.replace(',', '.'));
  if (Number.isNaN(value)) return invalid;
  const min = numberOption(options['min']);
  const max = numberOption(options['max']);
  if ((min && value < min) || (max && value > max)) return invalid;
  return valid(text.startsWith('0') ? text : String(value));
});
