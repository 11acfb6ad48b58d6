import { sessionEventTypes } from '@typelane/core';
import { z } from 'zod';
import type { ApiContext } from '../context.ts';
import { refusal } from '../errors/refusal.ts';

const urlLengthMax = 2_048;

/** Where session_events are posted; kept as URLs are spelled. Whether it may be called is `refuseForbidden`'s question. */
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
  .describe('http or https, on a public host. It is asked again at every call.');

export const webhookTypes = z
  .array(z.enum(sessionEventTypes))
  .max(100)
  .transform((types) => [...new Set(types)])
  .describe('What it is told of. Empty: everything.');

/** Only the rules that need no name looked up: an address may change between two calls, and is checked at each. */
export function refuseForbidden({ egress }: Pick<ApiContext, 'egress'>, url: string | undefined): void {
  if (url === undefined || egress.check(url).allowed) return;
  throw refusal('INVALID_REQUEST', ['Expected `url` to be on a public host, got a local name or a private address']);
}
