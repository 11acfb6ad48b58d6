import { z } from 'zod';
import { fold } from '../inputs/fold.ts';
import { text } from './fields.ts';

const word = z
  .string()
  .min(1)
  .max(256)
  .refine((value) => value === '' || fold(value) !== '', 'text with a word in it')
  .meta({ description: 'The word, or several: the whole message.', examples: ['stop'] });

/** Null: no answer. */
const answer = text(4_096)
  .min(1)
  .nullable()
  .meta({ description: 'What is answered to it; null: nothing.', examples: ['See you soon.'] });

/** Written as a word, or as a word with its answer. Read as the latter. */
const keyword = z.codec(
  z.union([word, z.strictObject({ word, answer: answer.default(null) })]),
  z.strictObject({ word: z.string(), answer: z.string().nullable() }),
  { decode: (given) => (typeof given === 'string' ? { word: given, answer: null } : given), encode: (read) => read },
);

const list = (description: string, examples: unknown[]) =>
  z
    .array(keyword)
    .max(20)
    .prefault([])
    .meta({ description, examples: [examples] });

const lists = {
  finish: list('Ends the session, with reason `keyword`; what comes next is up to `afterEnd`. Nothing is started when there is none.', [
    'stop',
    { word: 'sair', answer: 'Até logo.' },
  ]),
  restart: list('Ends the session, with reason `keyword`, and starts the same bot anew at once, whatever its trigger.', [
    { word: 'restart', answer: 'From the beginning, then.' },
  ]),
  pause: list('Takes the chat from the bot, for a human. A chat without a session gets a paused one.', [
    { word: 'human', answer: 'Somebody will be with you soon.' },
  ]),
  resume: list(
    'Gives a paused chat back to the bot, which goes on where it stood. The only keyword that is heard while a chat is paused.',
    [{ word: 'bot', answer: 'The bot is back.' }],
  ),
};

/** An entry whose word is invalid is reported by its own schema and has no word here. */
type Lists = { [Name in keyof typeof lists]: { word?: string }[] };

export const keywordsSchema = z
  .strictObject(lists)
  .superRefine((given, context) => {
    for (const { path, word: doubled, other } of inTwoLists(given)) {
      context.addIssue({
        code: 'custom',
        path,
        message: `a word that stands in one list of \`keywords\`, and ${doubled} is in \`${other}\` too`,
      });
    }
  })
  .prefault({})
  .meta({
    description:
      'Words that do something of their own before the bot hears of them. They are compared with the whole message (a text, or the title of a tapped choice), without regard to case, accents and outer spaces. A word stands in one list only.',
  });

function inTwoLists(given: Lists): { path: [string, number]; word: string; other: string }[] {
  const homes = new Map<string, string>();
  return Object.entries(given).flatMap(([name, entries]) =>
    entries.flatMap(({ word: written }, index) => {
      if (written === undefined) return [];
      const other = homes.get(fold(written)) ?? name;
      homes.set(fold(written), other);
      return other === name ? [] : [{ path: [name, index] satisfies [string, number], word: JSON.stringify(written), other }];
    }),
  );
}
