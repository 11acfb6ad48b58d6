import { parseTime, write } from './calendar.ts';
import { invalid, ofText, textOption, valid } from './verdict.ts';

export const time = ofText((text, { options = {} }) => {
  const found = parseTime(text);
  if (!found) return invalid;
  return valid(write({ year: 1970, month: 1, day: 1, ...found }, textOption(options['format']) ?? 'HH:mm'));
});
