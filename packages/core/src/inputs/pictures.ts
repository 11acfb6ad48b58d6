import { isSVG } from '../bubbles/image.ts';
import { captionedImage, texts, type Unpaced } from '../bubbles/message.ts';
import { webAddress } from '../bubbles/url.ts';
import { oneLine } from '../whatsapp.ts';

/** The picture with `text` under it; only the text when there is no picture WhatsApp can show. */
export function picture(url: string | undefined, text: string): Unpaced[] {
  const address = webAddress(url);
  return 'url' in address && !isSVG(address.url) ? captionedImage(address.url, text) : texts(text);
}

/** `1. *Title*`, a blank line and the description; whatever is missing is left out. */
export function titled(title: string | undefined, description: string | undefined, number: number | null): string {
  const name = oneLine(title ?? '');
  const heading = [number === null ? '' : `${number}.`, name === '' ? '' : `*${name}*`].filter((part) => part !== '').join(' ');
  return [heading, description?.trim() ?? ''].filter((part) => part !== '').join('\n\n');
}
