import { z } from 'zod';
import { shown, skipped, texts } from '../bubbles/message.ts';
import { actionKind } from './action.ts';

const payloadSchema = z.looseObject({ redirect: z.looseObject({ url: z.string().nullish() }) });

/** Nobody can be sent anywhere on WhatsApp, so the link is shown. It may also be a `mailto:` or a `tel:`. */
export const redirect = actionKind(payloadSchema, {
  about: { becomes: 'the link as text, with a preview' },
  run(payload) {
    const messages = texts(payload.redirect.url?.trim() ?? '', true);
    return messages.length > 0 ? shown(...messages) : skipped('no_url');
  },
});
