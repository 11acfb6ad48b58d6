import { z } from 'zod';
import { text } from './fields.ts';

const hint = (max: number, description: string, example: string) =>
  text(max)
    .optional()
    .meta({ description: `${description} Default: a text in \`locale\`. Empty: nothing is sent.`, examples: [example] });

export const hintsSchema = z
  .strictObject({
    choice: hint(300, 'Shown below a numbered list to choose one from.', 'Reply with a number.'),
    multipleChoice: hint(300, 'Shown below a numbered list to choose several from.', 'Reply with one or more numbers, such as 1, 3'),
    rating: hint(300, 'Shown below a rating; `{from}` and `{to}` are replaced by its ends.', 'How much, from {from} to {to}?'),
    text: hint(300, 'Asks a question that has neither a bubble nor a placeholder.', 'Please write your answer.'),
    email: hint(300, 'Asks for an e-mail address in the same case.', 'Please write your e-mail address.'),
    url: hint(300, 'Asks for a web address in the same case.', 'Please write the web address.'),
    file: hint(300, 'Asks for a file in the same case.', 'Please send the file.'),
    number: hint(
      300,
      'Asks for a number in the same case, and when the bot would read another number than the contact wrote.',
      'Please write one number, such as 1500.',
    ),
    date: hint(
      300,
      'Asks for a date in the same case, and when the bot would read another date than the contact wrote.',
      'Please write the date like this: 25/12/2027',
    ),
    time: hint(
      300,
      'Asks for a time in the same case, and when the bot would read another time than the contact wrote.',
      'Please write the time like this: 14:30',
    ),
    phone: hint(
      300,
      'Asks for a phone number in the same case, and when the country of a number is unknown.',
      'Please write the number with its country code, such as +44 20 7946 0000.',
    ),
    optionalFile: hint(
      300,
      'Shown below a file request that may be skipped; `{skip}` is replaced by the word that skips it.',
      'No file? Write {skip}.',
    ),
    unsupportedMedia: hint(
      1_000,
      'Sent when the bot cannot take the media that the contact sent.',
      'Please write it, I cannot open files.',
    ),
    payment: hint(1_000, 'Shown for a payment, which cannot be made on WhatsApp.', 'Please pay at https://shop.example.com'),
    unmatched: hint(1_000, 'Sent when a message matches none of the options; see `unmatchedChoice`.', 'Please choose one of the options.'),
    waiting: text(1_000)
      .optional()
      .meta({
        description: 'Sent when the contact writes while the flow waits for an outside system. Default: nothing is sent.',
        examples: ['One moment, please.'],
      }),
  })
  .prefault({})
  .meta({ description: 'Texts that Typelane sends to the contact in addition to those of the bot.' });
