import { parseJid } from '@typelane/core';
import { z } from 'zod';

/** An id in a path. Ours are UUIDs; a producer chooses those of instances and businesses. `.` and `..` would change the path. */
export const pathId = z
  .string()
  .min(1)
  .max(200)
  .refine((id) => id !== '.' && id !== '..' && id.trim() !== '', 'an id other than `.`, `..` and blanks');

/** The bot's id becomes a path segment of a call to Typebot. */
export const publicId = z
  .string()
  .min(1)
  .max(200)
  .refine((id) => id !== '.' && id !== '..' && id.trim() === id, 'the id of a bot: not `.` or `..`, without blanks around it')
  .describe('Id or name of the published bot.');

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

/** A chat in any form WhatsApp's libraries write it. */
export const chat = z
  .string()
  .max(200)
  .transform((text, context) => {
    const jid = parseJid(text);
    if (jid) return jid;
    context.issues.push({ code: 'custom', input: text, message: 'a WhatsApp address such as `5531999999999@s.whatsapp.net`' });
    return z.NEVER;
  });

/** A whole number in a query, where everything is text. */
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
