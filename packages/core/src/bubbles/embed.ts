import { z } from 'zod';
import { storable } from '../whatsapp.ts';
import { bubbleKind } from './bubble.ts';
import { documents } from './documents.ts';
import { shown, skipped, texts } from './message.ts';
import { extensionOf, fileNameOf, webAddress } from './url.ts';

const contentSchema = z.looseObject({
  url: z.string().nullish(),
  waitForEvent: z.looseObject({ isEnabled: z.boolean().nullish() }).nullish().catch(null),
});

export const embed = bubbleKind(contentSchema, {
  about: {
    becomes:
      'a document where the address ends in the extension of one, else the link with a preview. One that waits for an event goes on with the contact’s next text',
    limits: 'an http(s) address; else skipped',
    differs: 'Typebot’s channel takes any text for the event as well; media, which would leave its variable blank, are ignored here',
  },
  show({ url }) {
    const address = webAddress(url);
    if ('reason' in address) return skipped(address.reason);
    const fileName = storable(fileNameOf(address.url));
    const mimeType = documents.get(extensionOf(fileName));
    return mimeType === undefined
      ? shown(...texts(address.url, true))
      : shown({ type: 'document', url: address.url, fileName, mimeType, caption: null });
  },
  waits: (content) => content?.waitForEvent?.isEnabled === true,
});
