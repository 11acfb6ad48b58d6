import { z } from 'zod';
import { milliseconds, text } from './fields.ts';

const jids = z.array(text(100).min(1)).max(10_000).default([]);

/** Which chats and messages reach the bot. */
export const chatSettings = {
  fromMe: z
    .enum(['pause', 'ignore', 'listen'])
    .default('pause')
    .meta({
      description:
        'What a message does that the human typed on the phone: `pause`: takes the chat from the bot, also where the bot never spoke. `ignore`: nothing. `listen`: counts as the own message of the contact. What was sent by the API or by the bot itself is never taken for a human.',
      examples: ['ignore'],
    }),
  groups: z
    .enum(['ignore', 'allow'])
    .default('ignore')
    .meta({ description: 'Whether groups reach the bot.', examples: ['allow'] }),
  groupConversations: z
    .enum(['group', 'participant'])
    .default('group')
    .meta({
      description: 'In groups that are allowed: one conversation for the whole group, or one for each participant.',
      examples: ['participant'],
    }),
  ignoreJids: jids.meta({
    description:
      'Chats that never reach the bot: whole addresses, `@g.us` for all groups, `@s.whatsapp.net` for all contacts by phone number, `@lid` for those without one, or a beginning followed by `*`.',
    examples: [['5531999999999@s.whatsapp.net', '5511*']],
  }),
  allowJids: jids.meta({
    description: 'Where not empty, only these chats reach the bot. The same forms as `ignoreJids`, which holds all the same.',
    examples: [['5531*']],
  }),
  staleAfterMinutes: z
    .number()
    .int()
    .min(0)
    .max(10_080)
    .default(10)
    .meta({
      description:
        'A message that is older when its turn comes is recorded and ignored. 0: none is too old. What the human typed on the phone still takes the chat for a day, or as long as `pause.resumeAfterMinutes` says.',
      examples: [30],
      'x-unit': 'minutes',
    }),
  debounceMs: milliseconds(15_000)
    .default(0)
    .meta({
      description:
        'The texts of a burst are answered as one, joined by a newline, after so long a silence. A tapped choice or a file ends the burst. 0: each is answered on its own.',
      examples: [3_000],
      'x-unit': 'milliseconds',
    }),
  debounceMaxMs: milliseconds(120_000)
    .default(30_000)
    .meta({
      description: 'So long after its first text a burst is answered in any case.',
      examples: [20_000],
      'x-unit': 'milliseconds',
    }),
  variables: z
    .record(z.string().min(1).max(200), text(4_096))
    .refine((all) => Object.keys(all).length <= 50, 'at most 50 variables')
    .default({})
    .meta({
      description:
        'Constant variables a flow is started with, 50 at most. Only names that exist in the bot are filled, and those that Typelane fills itself win.',
      examples: [{ shop: 'Downtown' }],
    }),
};
