import { z } from 'zod';
import { bubbleKind } from './bubble.ts';
import { shown, skipped } from './message.ts';
import { webAddress } from './url.ts';

export const audio = bubbleKind(z.looseObject({ url: z.string().nullish() }), {
  about: {
    becomes: 'an audio file, not a voice note: WhatsApp takes those only as ogg/opus, and a bot’s audio may be anything',
    limits: 'an http(s) address; else skipped',
  },
  show({ url }) {
    const address = webAddress(url);
    return 'url' in address ? shown({ type: 'audio', url: address.url, voice: false }) : skipped(address.reason);
  },
});
