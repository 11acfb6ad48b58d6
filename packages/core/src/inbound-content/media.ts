import type { InboundContent } from '../inbound.ts';
import { inside, text, type Fields } from './fields.ts';
import type { Media } from './kinds.ts';

/** A file with its address, if there is one a bot can open. `around`: where producers may put the address instead of the content. */
export function mediaOf(media: Media, body: Fields, around: readonly Fields[]): InboundContent {
  const fileName = text(body, 'fileName', 'filename', 'file_name') ?? (media === 'document' ? text(body, 'title') : null);
  const caption = text(body, 'caption', 'text') ?? '';
  return {
    kind: 'media',
    media,
    url: addressIn(body, around),
    // WhatsApp fills the caption of a document with its name when the sender wrote none.
    caption: media === 'document' && looksLikeFileName(caption, fileName) ? '' : caption,
    fileName,
    mimeType: text(body, 'mimetype', 'mimeType', 'mime_type'),
  };
}

function addressIn(body: Fields, around: readonly Fields[]): string | null {
  const places = [
    text(body, 'mediaUrl', 'mediaURL', 'media_url', 'fileUrl'),
    text(body, 'url'),
    text(body, 'link'),
    text(inside(body, 'media', 'file'), 'url', 'link'),
    ...around.flatMap((fields) => [text(fields, 'mediaUrl', 'mediaURL', 'media_url'), text(inside(fields, 'media'), 'url', 'link')]),
  ];
  return places.find((url) => url !== null && isOpenAddress(url)) ?? null;
}

/** WhatsApp's own servers hold media encrypted: their addresses are of no use to a bot. */
function isOpenAddress(address: string): boolean {
  const url = /^https?:\/\/\S+$/i.test(address) ? URL.parse(address) : null;
  return url !== null && !/(?:^|\.)whatsapp\.net$/i.test(url.hostname);
}

function looksLikeFileName(caption: string, fileName: string | null): boolean {
  return caption === fileName || /^\S+\.[a-z0-9]{2,5}$/i.test(caption);
}
