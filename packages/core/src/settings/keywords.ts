import { z } from 'zod';
import { fold } from '../inputs/fold.ts';
import { text } from './fields.ts';

const word = z
  .string()
  .min(1)
  .max(256)
  .refine((value) => value === '' || fold(value) !== '', 'text with a word in it')
  .meta({ description: 'The whole message: one word or several.', examples: ['stop'] });

/** Null: nothing is answered. */
const answer = text(4_096)
  .min(1)
  .nullable()
  .meta({ description: 'The answer that is sent; null: none.', examples: ['See you soon.'] });

/** Written as a word, or as a word and its answer; read as the latter. */
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
  finish: list(
    'Closes the session with reason `keyword`; `afterEnd` decides what the next message does. Without a session nothing happens.',
    ['stop', { word: 'sair', answer: 'Até logo.' }],
  ),
  restart: list('Closes the session with reason `keyword` and starts the same bot again at once, whatever its trigger.', [
    { word: 'restart', answer: 'From the beginning, then.' },
  ]),
  pause: list('Pauses the chat, for a human. A chat without a session gets a paused one.', [
    { word: 'human', answer: 'Somebody will be with you soon.' },
  ]),
  resume: list(
    'Hands a paused chat back to the bot, which continues where it was. This is the only keyword that works while a chat is paused.',
    [{ word: 'bot', answer: 'The bot is back.' }],
  ),
};

/** Words that are no words are judged elsewhere, and come without one here. */
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
      'Words that Typelane handles itself, before the bot. They are compared with the whole message (a text, or the title of a tapped choice), ignoring case, accents and outer spaces. A word may be in one list only.',
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
