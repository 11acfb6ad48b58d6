import { z } from 'zod';
import { bubbleKind } from './bubble.ts';
import { captionedImage, shown, skipped } from './message.ts';
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
  show({ url, clickLink }) {
    if (isSVG(url ?? '')) return skipped('svg');
    const address = webAddress(url);
    if ('reason' in address) return skipped(address.reason);
    const link = webAddress(clickLink?.url);
    return shown(...captionedImage(address.url, 'url' in link ? link.url : ''));
  },
});

/** WhatsApp shows no SVG, wherever it comes from. */
export function isSVG(url: string): boolean {
  return /^data:image\/svg/i.test(url) || extensionOf(fileNameOf(url)) === 'svg';
}
