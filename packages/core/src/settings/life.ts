import { z } from 'zod';
import { message, minutes } from './fields.ts';

/** When a session pauses, resumes and ends. */
export const lifeSettings = {
  expireAfterMinutes: minutes()
    .default(0)
    .meta({
      description:
        'After so long without a message the session is closed, with reason `expired`. 0: never. A paused session never expires.',
      examples: [120],
      'x-unit': 'minutes',
    }),
  expireMessage: message().meta({ description: 'Sent when a session expires; null: nothing.', examples: ['We close this chat for now.'] }),
  pause: z
    .strictObject({
      resumeAfterMinutes: minutes()
        .default(0)
        .meta({
          description:
            'So long after the pause, or after the last message of the human since, the chat is handed back to the bot, which is silent until the contact writes. 0: never.',
          examples: [60],
          'x-unit': 'minutes',
        }),
    })
    .prefault({})
    .meta({ description: 'What becomes of a chat that a human has taken.' }),
  resume: z
    .strictObject({
      replay: z
        .boolean()
        .default(false)
        .meta({
          description:
            'Whether the bot answers what the contact wrote while the chat was paused, once it is handed back. Else that is recorded and ignored.',
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
        'What a message does once a flow has ended: `restart`: it may start a bot like any first message. `silent`: nothing for `silentMinutes`. `keyword`: nothing, unless it is a restart keyword or matches a trigger of type `keyword` or `advanced`.',
      examples: ['silent'],
    }),
  silentMinutes: minutes()
    .default(60)
    .meta({
      description: 'How long the bot stays silent after the end of a flow, where `afterEnd` is `silent`.',
      examples: [1_440],
      'x-unit': 'minutes',
    }),
  onUpdate: z
    .enum(['keep', 'restart'])
    .default('keep')
    .meta({
      description:
        'What becomes of open sessions when `publicId` or `typebotURL` of the integration changes: they go on with the bot they were started with, or they are closed, so that the next message starts the new one.',
      examples: ['restart'],
    }),
};
