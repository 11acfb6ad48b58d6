/** Words of an English date, as the library reads them that Typebot uses (chrono-node). */
const dateWord =
  'now|today|tonight|tomorrow|tmrw?|yesterday|noon|midnight|midday|morning|afternoon|evening|night|weekends?|weekdays?|(?:next|last|past|this) (?:week|month|year|quarter)|\\d+ ?(?:seconds?|secs?|minutes?|mins?|hours?|hrs?|days?|weeks?|months?|years?)';
const weekday = 'sun(?:day)?|mon(?:day)?|tue(?:s(?:day)?)?|wed(?:nesday)?|thu(?:r(?:s(?:day)?)?)?|fri(?:day)?|sat(?:urday)?';
const month =
  'jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?';

const readable = new RegExp(
  `\\d ?[/.:-] ?\\d|\\d ?[ap]\\.?m\\b|(?<!\\p{L})(?:${dateWord}|${weekday})(?!\\p{L})|(?<!\\p{L})(?:${month})\\b.{0,3}\\d|\\d.{0,6}(?<!\\p{L})(?:${month})(?!\\p{L})`,
  'u',
);

/** Whether Typebot might find a date or a time somewhere in `folded` text; rather too often than not. */
export function mayHoldDate(folded: string): boolean {
  return readable.test(folded);
}

const english = new RegExp(
  `^(?:(?:${dateWord}|${weekday}|${month}|last|next|this|past|ago|from|after|before|in|on|the|of|at|to|a|an|\\d{1,4}(?:st|nd|rd|th)?|\\d{1,2}:\\d{2}|days?|weeks?|months?|years?|hours?)[ ,]*)+$`,
  'u',
);

/** Whether `folded` text is nothing but an English date, which Typebot reads as it is. */
export function isEnglishDate(folded: string): boolean {
  return folded.length <= 80 && english.test(folded) && mayHoldDate(folded);
}
