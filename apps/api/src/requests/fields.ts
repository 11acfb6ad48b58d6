import { mergeSettings, parseJid, settingsSchema, type SettingsInput } from '@typelane/core';
import { z } from 'zod';
import { problemsOfTranscription } from './transcription.ts';

/** Ids in paths. Ours are uuids, instances' are the producer's: any text. */
export const pathId = z.string().min(1).max(200);

export const publicId = z.string().min(1).max(200).describe('Id or name of the published bot.');

const urlLengthMax = 2_048;

/** The viewer's base URL, kept without trailing slashes. */
export const typebotURL = z
  .string()
  .max(urlLengthMax)
  .transform((text, context) => {
    const url = URL.parse(text);
    const isPlain = url !== null && url.username === '' && url.password === '' && url.search === '' && url.hash === '';
    const kept = url?.href.replace(/\/+$/, '') ?? '';
    if (isPlain && /^https?:$/.test(url.protocol) && kept.length <= urlLengthMax) return kept;
    context.issues.push({ code: 'custom', input: text, message: 'an http or https URL without user name, password, query and fragment' });
    return z.NEVER;
  })
  .describe("The viewer's base URL, http or https. Trailing slashes are not kept.");

/**
 * Settings as the operator writes them. They are checked and kept as they came: a default that was never chosen is not
 * stored, and a change names only the fields it changes.
 */
export const settingsInput = z
  .unknown()
  .superRefine((value, context) => {
    const parsed = settingsSchema.safeParse(value);
    if (!parsed.success) for (const issue of parsed.error.issues) context.addIssue({ ...issue, path: [...issue.path] });
    else for (const problem of problemsOfTranscription(value as SettingsInput)) context.addIssue({ code: 'custom', ...problem });
  })
  .transform((value) => mergeSettings({}, value as SettingsInput))
  .meta(inputSchemaOf(settingsSchema));

/** How JSON Schema describes what `schema` takes. */
function inputSchemaOf(schema: z.ZodType): Record<string, unknown> {
  const { $schema: _dialect, ...described } = z.toJSONSchema(schema, { io: 'input' });
  return described;
}

/** A chat in any form WhatsApp's libraries write it; given on in its normal form. */
export const chat = z
  .string()
  .max(200)
  .transform((text, context) => {
    const jid = parseJid(text);
    if (jid) return jid.jid;
    context.issues.push({ code: 'custom', input: text, message: 'a WhatsApp address such as `5531999999999@s.whatsapp.net`' });
    return z.NEVER;
  });

/** A number in a query, where everything is text. */
export function wholeNumber(from: number, to: number, byDefault: number) {
  return z
    .string()
    .transform((text, context) => {
      const number = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
      if (number >= from && number <= to) return number;
      context.issues.push({ code: 'custom', input: text, message: `a whole number from ${from} to ${to}` });
      return z.NEVER;
    })
    .default(byDefault)
    .meta({ type: 'integer', minimum: from, maximum: to, description: `Default ${byDefault}.` });
}
