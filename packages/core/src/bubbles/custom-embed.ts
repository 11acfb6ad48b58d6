import { z } from 'zod';
import { bubbleKind } from './bubble.ts';
import { shown, skipped, texts } from './message.ts';
import { webAddress } from './url.ts';

export const customEmbed = bubbleKind(z.looseObject({ url: z.string().nullish() }), {
  about: {
    becomes:
      'the link, with a preview (today only Cal.com’s booking page; its scripts are for browsers). The flow waits for the next message',
    limits: 'an http(s) address; else skipped, and the flow waits all the same',
  },
  show({ url }) {
    const address = webAddress(url);
    return 'url' in address ? shown(...texts(address.url, true)) : skipped(address.reason);
  },
  waits: () => true,
});
