import { z } from 'zod';
import { message } from './fields.ts';

/** What happens when something goes wrong. */
export const troubleSettings = {
  unknownMessage: message().meta({
    description: 'Sent when a message has nothing the bot could use, such as a sticker where a text is asked for; null: nothing.',
    examples: ['Please write that in words.'],
  }),
  errorMessage: message().meta({
    description: 'Sent when the bot cannot be reached, after all retries, or refuses; null: nothing.',
    examples: ['We cannot answer right now. Please try again later.'],
  }),
  uncertainMessage: message().meta({
    description: 'Sent when it cannot be known whether the bot heard the contact; null: nothing.',
    examples: ['That may not have arrived. Please look at your last answer.'],
  }),
  delivery: z
    .enum(['at-most-once', 'at-least-once'])
    .default('at-most-once')
    .meta({
      description:
        'What is done with a call of which it cannot be known whether Typebot heard it: it is left, and the event ends as `uncertain`, or it is made again, and the bot may hear a message twice.',
      examples: ['at-least-once'],
    }),
  afterSendFailure: z
    .enum(['continue', 'pause'])
    .default('continue')
    .meta({
      description:
        'What becomes of a chat when a reply could not be sent at all: the next ones go out, or the chat is paused, for a human to look at.',
      examples: ['pause'],
    }),
};
