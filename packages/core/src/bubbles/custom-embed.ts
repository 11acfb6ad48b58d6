import { z } from 'zod';
import { bubbleKind } from './bubble.ts';
import { shown, skipped, texts } from './message.ts';
import { webAddress } from './url.ts';

/** Today only Cal.com's booking page. Its scripts are for browsers; the link is enough. The flow always stops here. */
export const customEmbed = bubbleKind(z.looseObject({ url: z.string().nullish() }), {
  show({ url }) {
    const address = webAddress(url);
    return 'url' in address ? shown(...texts(address.url, true)) : skipped(address.reason);
  },
  waits: () => true,
});
