import { z } from 'zod';
import { message, text } from './fields.ts';

const notice = (description: string, example: string) =>
  text(4_096)
    .min(1)
    .nullable()
    .optional()
    .meta({ description: `${description} Default: by \`locale\`, see docs/guarantees.md; null: nothing.`, examples: [example] });

/** What happens when something goes wrong. */
export const troubleSettings = {
  unknownMessage: message().meta({
    description: 'Sent when the bot cannot use a message, such as a sticker where a text is asked for; null: nothing is sent.',
    examples: ['Please write that in words.'],
  }),
  errorMessage: notice(
    'Sent when the bot refuses, fails, or could not be reached for five minutes. After a failure the open question is sent again.',
    'We cannot answer right now. Please try again later.',
  ),
  uncertainMessage: notice(
    'Sent when it is unknown whether the bot received a message; the open question is sent again.',
    'That may not have arrived. Please look at your last answer.',
  ),
  serviceUnavailable: z
    .enum(['uncertain', 'retry'])
    .default('uncertain')
    .meta({
      description:
        'What the status 503 means for a message of the contact. `uncertain`: nothing, because proxies also send it when Typebot died during a request. `retry`: Typebot did not receive the message, so it is sent again; use this if your proxy sends 503 only before it passes a request on. A start is repeated in both cases.',
      examples: ['retry'],
    }),
  delivery: z
    .enum(['at-most-once', 'at-least-once'])
    .default('at-most-once')
    .meta({
      description:
        'What happens to a call if it is unknown whether Typebot received it. `at-most-once`: it is not repeated, and the event ends as `uncertain`. `at-least-once`: it is repeated, and the bot may get a message twice.',
      examples: ['at-least-once'],
    }),
  typebotApiToken: z
    .string()
    .min(1)
    .max(1_000)
    .nullable()
    .default(null)
    // A sealed one is longer than what was sealed, which the API takes up to 500 characters of.
    .meta({
      description:
        "Token of the Typebot account that owns the bot, up to 500 characters. Typelane then looks up an uncertain call in the results of the bot. A message that Typebot received is not repeated, and one that it did not receive is, whatever `delivery` says. This works for answers to questions, in sessions that were started after the token was set, with bots at `typebotURL` of the integration. It remains uncertain for questions of a linked bot and for questions that were answered before in the session, unless the results have an additional answer. Typebot's reply stays lost, and `uncertainMessage` is sent. Stored encrypted and never returned; null: none.",
      examples: ['your-token'],
      writeOnly: true,
    }),
  typebotApiURL: text(2_048)
    .min(1)
    .nullable()
    .default(null)
    .meta({
      description:
        "Base URL of Typebot's builder, where results are read with `typebotApiToken`, http or https. Null: `https://app.typebot.io` for a bot at `https://typebot.io`, otherwise `typebotURL` of the integration. A self-hosted Typebot usually has its builder and its viewer at different addresses.",
      examples: ['https://builder.example.com'],
    }),
  afterSendFailure: z
    .enum(['continue', 'pause'])
    .default('continue')
    .meta({
      description:
        'What happens to a chat when a reply could not be sent. `continue`: the next replies are sent. `pause`: the chat is paused, for a human.',
      examples: ['pause'],
    }),
};
