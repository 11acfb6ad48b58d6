import { z } from 'zod';

/** http or https, without credentials, query and fragment. Trailing slashes are not kept. */
export const baseURL = z
  .string()
  .max(2_048)
  .transform((text, context) => {
    const url = URL.parse(text);
    const isPlain = url !== null && url.username === '' && url.password === '' && url.search === '' && url.hash === '';
    if (isPlain && /^https?:$/.test(url.protocol)) return url.href.replace(/\/+$/, '');
    context.issues.push({ code: 'custom', input: text, message: 'an http or https URL without user name, password, query and fragment' });
    return z.NEVER;
  });

/** What may stand in a header: visible ASCII. */
export const secret = z.string().regex(/^[!-~]{1,2000}$/, 'text of at most 2,000 visible ASCII characters');
