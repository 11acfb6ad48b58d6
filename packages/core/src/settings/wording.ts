import { z } from 'zod';
import { milliseconds } from './fields.ts';

/** How the bot's answers look on WhatsApp. */
export const wordingSettings = {
  typing: z
    .strictObject({
      enabled: z
        .boolean()
        .optional()
        .meta({ description: 'Whether "typing" is shown before each text.', examples: [false] }),
      speed: z
        .number()
        .positive()
        .max(10_000)
        .optional()
        .meta({ description: 'How fast the bot seems to type.', examples: [300], 'x-unit': 'words per minute' }),
      maxDelayMs: milliseconds(30_000)
        .optional()
        .meta({ description: 'The longest time that "typing" is shown before one text.', examples: [5_000], 'x-unit': 'milliseconds' }),
      delayBetweenBubblesMs: milliseconds(30_000)
        .optional()
        .meta({ description: 'The pause between two messages of one reply.', examples: [500], 'x-unit': 'milliseconds' }),
    })
    .prefault({})
    .meta({ description: 'Overrides the typing emulation of the bot, field by field. Default of each: the value of the bot.' }),
  wait: z
    .strictObject({
      maxMs: milliseconds(86_400_000)
        .default(60_000)
        .meta({
          description: 'The longest time that a Wait block of the flow may take.',
          examples: [300_000],
          'x-unit': 'milliseconds',
        }),
    })
    .prefault({})
    .meta({ description: 'Wait blocks.' }),
  choices: z
    .enum(['auto', 'native', 'text'])
    .default('auto')
    .meta({
      description:
        'How choices are shown. `native`: as buttons and lists. `text`: as a numbered list. `auto`: as the gateway supports; until that is known, as buttons and lists with the numbered list as `fallbackText`.',
      examples: ['text'],
    }),
  unmatchedChoice: z
    .strictObject({
      action: z
        .enum(['send', 'show'])
        .default('send')
        .meta({
          description: '`send`: the message goes to the bot. `show`: the options are shown again, and the message does not go to the bot.',
          examples: ['show'],
        }),
      misses: z
        .number()
        .int()
        .min(0)
        .max(20)
        .default(0)
        .meta({
          description: 'After this many unmatched messages in a row, `then` applies instead. 0: never.',
          examples: [3],
          'x-unit': 'messages',
        }),
      // oxlint-disable-next-line unicorn/no-thenable -- a field of data, and never a function
      then: z
        .enum(['hint', 'pause'])
        .default('hint')
        .meta({
          description:
            '`hint`: the text `hints.unmatched` is sent. `pause`: that text is sent if it is set, and the chat is paused for a human.',
          examples: ['pause'],
        }),
    })
    .prefault({})
    .meta({ description: 'What happens when a message matches none of the options shown.' }),
  compat: z
    .strictObject({
      markers: z
        .boolean()
        .default(false)
        .meta({
          description: 'Whether `[list]` and `[buttons]` in a text of the bot become lists and buttons, as in Evolution.',
          examples: [true],
        }),
      commands: z
        .boolean()
        .default(false)
        .meta({
          description: 'Whether commands such as `#{"stopBot":true}` in a text of the bot are carried out, as in Whaticket and Ticketz.',
          examples: [true],
        }),
    })
    .prefault({})
    .meta({ description: 'Support for flows that were written for other bridges.' }),
  locale: z
    .enum(['pt-BR', 'en', 'es'])
    .default('pt-BR')
    .meta({ description: 'The language of the default `hints`, `errorMessage` and `uncertainMessage`.', examples: ['en'] }),
};
