import { z } from 'zod';
import { text } from './fields.ts';

const hint = (max: number, description: string, example: string) =>
  text(max)
    .optional()
    .meta({ description: `${description} Default: by \`locale\`. Empty: nothing is said.`, examples: [example] });

export const hintsSchema = z
  .strictObject({
    choice: hint(300, 'Stands under a numbered list of which one is to be chosen.', 'Reply with a number.'),
    multipleChoice: hint(
      300,
      'Stands under a numbered list of which several may be chosen.',
      'Reply with one or more numbers, such as 1, 3',
    ),
    rating: hint(300, 'Stands under a rating; `{from}` and `{to}` stand for its ends.', 'How much, from {from} to {to}?'),
    text: hint(300, 'Asks a question that neither a bubble nor a placeholder of the bot asks.', 'Please write your answer.'),
    email: hint(300, 'The same for an e-mail address.', 'Please write your e-mail address.'),
    url: hint(300, 'The same for a web address.', 'Please write the web address.'),
    file: hint(300, 'The same for a file.', 'Please send the file.'),
    number: hint(
      300,
      'The same for a number, and the answer to what the bot would take for another number than it says.',
      'Please write one number, such as 1500.',
    ),
    date: hint(
      300,
      'The same for a date, and the answer to what the bot would take for another date than it says.',
      'Please write the date like this: 25/12/2027',
    ),
    time: hint(
      300,
      'The same for a time, and the answer to what the bot would take for another time than it says.',
      'Please write the time like this: 14:30',
    ),
    phone: hint(
      300,
      'The same for a phone number, and the answer to one whose country cannot be known.',
      'Please write the number with its country code, such as +44 20 7946 0000.',
    ),
    optionalFile: hint(
      300,
      'Stands under a file request that may be skipped; `{skip}` stands for the word that skips it.',
      'No file? Write {skip}.',
    ),
    unsupportedMedia: hint(1_000, 'The answer to media where the bot takes none.', 'Please write it, I cannot open files.'),
    payment: hint(1_000, 'Shown for a payment, which cannot be made on WhatsApp.', 'Please pay at https://shop.example.com'),
    unmatched: hint(
      1_000,
      'The answer to words that name none of the options; see `unmatchedChoice`.',
      'Please choose one of the options.',
    ),
    waiting: text(1_000)
      .optional()
      .meta({
        description: 'The answer to what is written while the flow waits for an outside system. Default: nothing is said.',
        examples: ['One moment, please.'],
      }),
  })
  .prefault({})
  .meta({ description: 'Texts for the contact that stand beside the own words of the bot.' });
