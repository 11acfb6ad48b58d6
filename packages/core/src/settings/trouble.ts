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
    description: 'Sent when a message has nothing the bot could use, such as a sticker where a text is asked for; null: nothing.',
    examples: ['Please write that in words.'],
  }),
  errorMessage: notice(
    'Sent when the bot refuses, fails, or could not be reached for five minutes. After a failure the open question follows.',
    'We cannot answer right now. Please try again later.',
  ),
  uncertainMessage: notice(
    'Sent when it cannot be known whether the bot heard the contact; the open question follows.',
    'That may not have arrived. Please look at your last answer.',
  ),
  serviceUnavailable: z
    .enum(['uncertain', 'retry'])
    .default('uncertain')
    .meta({
      description:
        'What the status 503 says of an answer of the contact. `uncertain`: nothing, since proxies send it also when Typebot died in the middle of a request. `retry`: that Typebot did not hear it, so it is sent again; for a proxy that is known to send 503 only before it passes a request on. A start is made again in both cases.',
      examples: ['retry'],
    }),
  delivery: z
    .enum(['at-most-once', 'at-least-once'])
    .default('at-most-once')
    .meta({
      description:
        'What is done with a call of which it cannot be known whether Typebot heard it: it is left, and the event ends as `uncertain`, or it is made again, and the bot may hear a message twice.',
      examples: ['at-least-once'],
    }),
  typebotApiToken: z
    .string()
    .min(1)
    .max(1_000)
    .nullable()
    .default(null)
    // The encrypted value is longer than the token, of which the API accepts up to 500 characters.
    .meta({
      description:
        'Token of the Typebot account that owns the bot, up to 500 characters. With it a call in doubt is looked up in the results of the bot: what was heard is not said again, what was not heard is said again, whatever `delivery` says. It works for the answers to questions, in sessions that were started since the token is set, of bots at `typebotURL` of the integration. Questions of another bot that it links to, and those that were answered before in the session, stay in doubt unless an answer more is found. What Typebot answered stays lost, and `uncertainMessage` is sent. Kept sealed and never returned; null: none.',
      examples: ['your-token'],
      writeOnly: true,
    }),
  typebotApiURL: text(2_048)
    .min(1)
    .nullable()
    .default(null)
    .meta({
      description:
        "Base URL of Typebot's builder, where results are read with `typebotApiToken`, http or https. Null: `https://app.typebot.io` for a bot at `https://typebot.io`, else `typebotURL` of the integration. A Typebot of your own has its builder at another address than its viewer as a rule.",
      examples: ['https://builder.example.com'],
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
