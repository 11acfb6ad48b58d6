import { z } from 'zod';
import { milliseconds } from './fields.ts';

/** How the bot's replies look on WhatsApp. */
export const wordingSettings = {
  typing: z
    .strictObject({
      enabled: z
        .boolean()
        .optional()
        .meta({ description: 'Whether "typing" is shown before a text.', examples: [false] }),
      speed: z
        .number()
        .positive()
        .max(10_000)
        .optional()
        .meta({ description: 'How fast the bot seems to type.', examples: [300], 'x-unit': 'words per minute' }),
      maxDelayMs: milliseconds(30_000)
        .optional()
        .meta({ description: 'The longest "typing" is shown for one text.', examples: [5_000], 'x-unit': 'milliseconds' }),
      delayBetweenBubblesMs: milliseconds(30_000)
        .optional()
        .meta({ description: 'The pause between two messages of one answer.', examples: [500], 'x-unit': 'milliseconds' }),
    })
    .prefault({})
    .meta({ description: "Overrides the bot's own typing emulation, field by field. Default of each: what the bot says." }),
  wait: z
    .strictObject({
      maxMs: milliseconds(86_400_000)
        .default(60_000)
        .meta({
          description: 'The longest a Wait block of the flow may wait.',
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
        'How choices are shown: `native`: buttons and lists. `text`: a numbered list. `auto`: by what the gateway can do; until it says more, buttons and lists, each with the numbered list as `fallbackText`.',
      examples: ['text'],
    }),
  unmatchedChoice: z
    .strictObject({
      action: z
        .enum(['send', 'show'])
        .default('send')
        .meta({
          description:
            '`send`: the bot hears the words and answers as it likes. `show`: the options are shown again and the bot hears nothing.',
          examples: ['show'],
        }),
      misses: z
        .number()
        .int()
        .min(0)
        .max(20)
        .default(0)
        .meta({
          description: 'After so many misses in a row `then` is done instead. 0: never.',
          examples: [3],
          'x-unit': 'messages',
        }),
      // oxlint-disable-next-line unicorn/no-thenable -- a field of data, and never a function
      then: z
        .enum(['hint', 'pause'])
        .default('hint')
        .meta({
          description: '`hint`: the text `hints.unmatched` is sent. `pause`: the chat is left to a human, with that text if it is set.',
          examples: ['pause'],
        }),
    })
    .prefault({})
    .meta({ description: 'What is done with words that name none of the options shown.' }),
  compat: z
    .strictObject({
      markers: z
        .boolean()
        .default(false)
        .meta({
          description: 'Reads `[list]` and `[buttons]` in a text of the bot, as Evolution does.',
          examples: [true],
        }),
      commands: z
        .boolean()
        .default(false)
        .meta({
          description: 'Obeys `#{"stopBot":true}` and the like in a text of the bot, as Whaticket and Ticketz do.',
          examples: [true],
        }),
    })
    .prefault({})
    .meta({ description: 'For flows that were written for other bridges.' }),
  locale: z
    .enum(['pt-BR', 'en', 'es'])
    .default('pt-BR')
    .meta({ description: 'The language of the default `hints`, `errorMessage` and `uncertainMessage`.', examples: ['en'] }),
};
