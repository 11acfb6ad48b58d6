import { z } from 'zod';
import { text } from './fields.ts';

const fields = z.strictObject({
  url: z
    .string()
    .min(1)
    .max(2_048)
    .meta({ description: 'Base address of the service, http or https.', examples: ['https://api.openai.com/v1'] }),
  model: z
    .string()
    .min(1)
    .max(100)
    .default('whisper-1')
    .meta({ description: 'The model, as the service calls it.', examples: ['whisper-1'] }),
  language: z
    .string()
    .regex(/^[a-z]{2,3}$/, 'an ISO 639-1 code such as `pt`')
    .nullable()
    .default(null)
    .meta({ description: 'ISO 639-1 code of the spoken language; null: the model detects it.', examples: ['pt'] }),
  prefix: text(100)
    .default('')
    .meta({ description: 'Put before the text that the bot gets.', examples: ['[audio] '] }),
  apiKey: z
    .string()
    .min(1)
    .max(1_000)
    .nullable()
    .default(null)
    // A sealed one is longer than what was sealed, which the API takes up to 500 characters of.
    .meta({
      description: 'Sent as a bearer token, up to 500 characters. Stored encrypted and never returned; null: none.',
      examples: ['your-key'],
      writeOnly: true,
    }),
});

const about = {
  description:
    "Turns voice notes into text before the bot gets them, with any service that has OpenAI's `/audio/transcriptions`. Null: the bot gets voice notes as files.",
};

export const transcriptionSchema = fields.nullable().default(null).meta(about);

/** Of a service that is set already, one field may be changed. */
export const transcriptionChange = fields.partial().nullable().optional().meta(about);

/** As it is shown. */
export const shownTranscription = fields.omit({ apiKey: true }).nullable().meta(about);
