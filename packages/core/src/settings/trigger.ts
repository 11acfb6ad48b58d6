import { z } from 'zod';
import { parseAdvanced } from '../triggers/parse-advanced.ts';
import { text } from './fields.ts';

const keywordTrigger = z.strictObject({
  type: z.literal('keyword'),
  operator: z
    .enum(['equals', 'contains', 'startsWith', 'endsWith', 'regex'])
    .default('equals')
    .meta({
      description:
        'How the words of a message (a text, the title of a tapped choice, a caption) are compared with `value`, ignoring case, accents and outer spaces. `regex` is different: it is a pattern in RE2 syntax, without look-around and back references, that may match anywhere in the unchanged words. It is case-sensitive unless it begins with `(?i)`.',
      examples: ['contains'],
    }),
  value: text(256)
    .min(1)
    .meta({ description: 'The words to compare with, or the pattern.', examples: ['menu'] }),
});

const advancedTrigger = z.strictObject({
  type: z.literal('advanced'),
  value: text(1_024)
    .min(1)
    .superRefine((value, context) => {
      const parsed = value === '' ? null : parseAdvanced(value);
      if (parsed?.type === 'problem') context.addIssue({ code: 'custom', message: parsed.expected });
    })
    .meta({
      description:
        "A filter in Evolution's syntax: `contains:`, `notcontains:`, `startswith:`, `endswith:` and `exact:`, each with a value. Different operators must all match. If an operator is repeated, one match is enough. All values separated by commas must match. Case and accents are ignored. A value may contain spaces and ends at the next operator; double quotes protect its commas and colons. A message without words never matches.",
      examples: ['contains:price,delivery notcontains:refund', 'exact:menu exact:"start, please"'],
    }),
});

const trigger = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('all') }),
  keywordTrigger,
  advancedTrigger,
  z.strictObject({ type: z.literal('none') }),
]);

export const triggerSchema = trigger.prefault({ type: 'all' }).meta({
  description:
    'Which message starts the bot in a chat without a session. `all`: every message, also a picture or a location. `keyword` and `advanced`: one with certain words; a caption counts. `none`: no message, only the API starts it.',
  examples: [
    { type: 'keyword', operator: 'contains', value: 'menu' },
    { type: 'keyword', operator: 'regex', value: '(?i)^order \\d+$' },
  ],
});

export const flowsSchema = z
  .array(
    z.strictObject({
      publicId: z
        .string()
        .min(1)
        .max(200)
        .meta({ description: 'Id or name of the published bot.', examples: ['sales'] }),
      typebotURL: text(2_048)
        .optional()
        .meta({
          description: "The viewer's base URL, http or https. Default: the integration's own.",
          examples: ['https://typebot.example.com'],
        }),
      trigger: trigger.meta({
        description: 'Which message starts this bot.',
        examples: [{ type: 'keyword', operator: 'contains', value: 'price' }],
      }),
      priority: z
        .number()
        .int()
        .min(-1_000)
        .max(1_000)
        .default(0)
        .meta({ description: 'The highest priority is tried first; among equal ones, the first in the list.', examples: [10] }),
    }),
  )
  .max(50)
  .default([])
  .meta({
    description:
      "More bots on the same number. A message in a chat without a session starts the first bot whose trigger matches, by priority. If none matches, the integration's own `trigger` and bot apply.",
    examples: [
      [
        { publicId: 'sales', trigger: { type: 'advanced', value: 'contains:price contains:buy' }, priority: 10 },
        { publicId: 'support', typebotURL: 'https://typebot.example.com', trigger: { type: 'keyword', value: 'help' } },
      ],
    ],
  });
