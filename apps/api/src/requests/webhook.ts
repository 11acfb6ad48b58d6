import { sessionEventTypes } from '@typelane/core';
import { z } from 'zod';

const urlLengthMax = 2_048;

/** Where session events are posted, in the URL's own spelling. */
export const webhookURL = z
  .string()
  .max(urlLengthMax)
  .transform((text, context) => {
    const url = URL.parse(text);
    const isPlain = url !== null && url.username === '' && url.password === '' && url.hash === '';
    if (isPlain && /^https?:$/.test(url.protocol) && url.href.length <= urlLengthMax) return url.href;
    context.issues.push({ code: 'custom', input: text, message: 'an http or https URL without user name, password and fragment' });
    return z.NEVER;
  })
  .describe('http or https, on a public host. The host is checked again at every call.');

export const webhookTypes = z
  .array(z.enum(sessionEventTypes))
  .max(100)
  .transform((types) => [...new Set(types)])
  .describe('The types of events it receives. Empty: all.');
