import { z } from 'zod';
import { milliseconds, text } from './fields.ts';

const jids = z.array(text(100).min(1)).max(10_000).default([]);

/** Who may speak to the bot, and how what is written becomes an answer. */
export const chatSettings = {
  fromMe: z
    .enum(['pause', 'ignore', 'listen'])
    .default('pause')
    .meta({
      description:
        "What happens when a human types a message on the phone. `pause`: the chat is paused, even if the bot never spoke in it. `ignore`: nothing. `listen`: the message counts as the contact's. Messages that the API or the bot sent never count as a human's.",
      examples: ['ignore'],
    }),
  groups: z
    .enum(['ignore', 'allow'])
    .default('ignore')
    .meta({ description: 'Whether messages in groups reach the bot.', examples: ['allow'] }),
  groupConversations: z
    .enum(['group', 'participant'])
    .default('group')
    .meta({
      description: 'If groups are allowed: one conversation for the whole group, or one for each participant.',
      examples: ['participant'],
    }),
  ignoreJids: jids.meta({
    description:
      'Chats that never reach the bot: a whole address, `@g.us` for all groups, `@s.whatsapp.net` for all contacts with a phone number, `@lid` for all without one, or a prefix followed by `*`.',
    examples: [['5531999999999@s.whatsapp.net', '5511*']],
  }),
  allowJids: jids.meta({
    description: 'If not empty, only these chats reach the bot. It takes the same forms as `ignoreJids`, which still applies.',
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
        'A message that is older than this when it is handled is recorded and ignored with reason `stale`. 0: no message is too old. A message that a human typed on the phone still pauses the chat if it is less than a day old, or less than `pause.resumeAfterMinutes`.',
      examples: [30],
      'x-unit': 'minutes',
    }),
  debounceMs: milliseconds(15_000)
    .default(0)
    .meta({
      description:
        'Texts that arrive within this time of each other go to the bot as one, joined by newlines. A tapped choice or a file ends the burst. 0: each text goes to the bot on its own.',
      examples: [3_000],
      'x-unit': 'milliseconds',
    }),
  debounceMaxMs: milliseconds(120_000)
    .default(30_000)
    .meta({
      description: 'A burst goes to the bot at the latest this long after its first text.',
      examples: [20_000],
      'x-unit': 'milliseconds',
    }),
  variables: z
    .record(z.string().min(1).max(200), text(4_096))
    .refine((all) => Object.keys(all).length <= 50, 'at most 50 variables')
    .default({})
    .meta({
      description:
        'Constant variables that a flow is started with, at most 50. Typebot fills only names that exist in the bot. Variables that Typelane sets itself take precedence.',
      examples: [{ shop: 'Downtown' }],
    }),
};
