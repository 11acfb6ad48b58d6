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
