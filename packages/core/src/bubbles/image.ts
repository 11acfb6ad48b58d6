import { z } from 'zod';
import { bubbleKind } from './bubble.ts';
import { limits } from '../whatsapp.ts';
import { captionedImage, shown, skipped, texts } from './message.ts';
import { extensionOf, fileNameOf, webAddress } from './url.ts';

const contentSchema = z.looseObject({
  url: z.string().nullish(),
  clickLink: z.looseObject({ url: z.string().nullish() }).nullish().catch(null),
});

/**
 * A GIF goes out as an image: what WhatsApp calls a GIF is a looping mp4, so a `.gif` sent as video is refused, and a consumer that can
 * convert it still knows it by its address.
 */
export const image = bubbleKind(contentSchema, {
  about: {
    becomes: 'an image; the link it opens on a click is its caption. A GIF is an image too',
    limits: `no SVG and no \`data:\` address: then only the link is sent, or nothing. Caption ${limits.caption} characters, a longer one follows as text`,
    differs: 'Typebot’s channel drops GIFs and the link behind a picture; both are shown here',
  },
  show({ url, clickLink }) {
    const address = isSVG(url ?? '') ? ({ reason: 'svg' } as const) : webAddress(url);
    const link = webAddress(clickLink?.url);
    if ('url' in address) return shown(...captionedImage(address.url, 'url' in link ? link.url : ''));
    return 'url' in link ? shown(...texts(link.url, true)) : skipped(address.reason);
  },
});

/** WhatsApp shows no SVG, wherever it comes from. */
export function isSVG(url: string): boolean {
  return /^data:image\/svg/i.test(url) || extensionOf(fileNameOf(url)) === 'svg';
}
