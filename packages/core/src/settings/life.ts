import { z } from 'zod';
import { message, minutes } from './fields.ts';

/** How a session goes on and ends. */
export const lifeSettings = {
  expireAfterMinutes: minutes()
    .default(0)
    .meta({
      description: 'A session without a message for this long is closed with reason `expired`. 0: never. A paused session never expires.',
      examples: [120],
      'x-unit': 'minutes',
    }),
  expireMessage: message().meta({
    description: 'Sent when a session expires; null: nothing is sent.',
    examples: ['We close this chat for now.'],
  }),
  pause: z
    .strictObject({
      resumeAfterMinutes: minutes()
        .default(0)
        .meta({
          description:
            'The chat is handed back to the bot this long after the pause, or after the last message of the human since then. The bot stays silent until the contact writes. 0: never.',
          examples: [60],
          'x-unit': 'minutes',
        }),
    })
    .prefault({})
    .meta({ description: 'What happens to a chat that a human has taken over.' }),
  resume: z
    .strictObject({
      replay: z
        .boolean()
        .default(false)
        .meta({
          description:
            'Whether the bot answers the messages that the contact wrote during the pause, once the chat is handed back. If not, they are recorded and ignored.',
          examples: [true],
        }),
    })
    .prefault({})
    .meta({ description: 'What happens when a chat is handed back to the bot.' }),
  afterEnd: z
    .enum(['restart', 'silent', 'keyword'])
    .default('restart')
    .meta({
      description:
        'What a message does after a flow has ended. `restart`: it may start a bot like any first message. `silent`: nothing for `silentMinutes`. `keyword`: nothing, unless it is a restart keyword or matches a trigger of type `keyword` or `advanced`.',
      examples: ['silent'],
    }),
  silentMinutes: minutes()
    .default(60)
    .meta({
      description: 'How long the bot stays silent after the end of a flow, if `afterEnd` is `silent`.',
      examples: [1_440],
      'x-unit': 'minutes',
    }),
  onUpdate: z
    .enum(['keep', 'restart'])
    .default('keep')
    .meta({
      description:
        'What happens to open sessions when `publicId` or `typebotURL` of the integration changes. `keep`: they continue with their bot. `restart`: they are closed, so that the next message starts the new bot.',
      examples: ['restart'],
    }),
};
