import * as chrono from 'chrono-node';
import { write } from './written-date.ts';
import { invalid, ofText, textOption, valid } from './verdict.ts';

/** Read in English with the library that Typebot itself uses: `14:30`, `2pm` and `noon`, but neither `14h30` nor a bare `9`. */
export const time = ofText((text, { options = {} }) => {
  const [found] = chrono.en.casual.parse(text);
  return found === undefined ? invalid : valid(write(found.start.date(), textOption(options['format']) ?? 'HH:mm'));
});
