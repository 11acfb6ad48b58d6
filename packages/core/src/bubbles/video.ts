import { z } from 'zod';
import { bubbleKind } from './bubble.ts';
import { shown, skipped, texts } from './message.ts';
import { webAddress } from './url.ts';

const contentSchema = z.looseObject({
  url: z.string().nullish(),
  id: z.string().nullish(),
  type: z.string().nullish(),
});

/** Pages a person can watch, where there are any; else the player. */
const players: ReadonlyMap<string, string> = new Map([
  ['youtube', 'https://www.youtube.com/watch?v='],
  ['vimeo', 'https://vimeo.com/'],
  ['tiktok', 'https://www.tiktok.com/embed/v2/'],
  ['gumlet', 'https://play.gumlet.io/embed/'],
]);

export const video = bubbleKind(contentSchema, {
  about: {
    becomes: 'a video file is a video; one hosted by YouTube, Vimeo, TikTok or Gumlet is the link to it, with a preview',
    limits: 'an http(s) address; else skipped. WhatsApp itself plays mp4 only',
    differs: 'Typebot’s channel links to the bare player; where there is a page people know, the link goes there',
  },
  show({ url, id, type }) {
    const player = players.get(type ?? '');
    const link = player === undefined ? null : watchLink(player, id, url);
    const address = webAddress(link ?? url);
    if ('reason' in address) return skipped(address.reason);
    return player === undefined ? shown({ type: 'video', url: address.url, caption: null }) : shown(...texts(address.url, true));
  },
});

/** Typebot gives the address of a hosted video without its scheme; TikTok's id alone names no page, only its player. */
function watchLink(player: string, id: string | null | undefined, url: string | null | undefined): string | null {
  if (url && /^(?:https?:\/\/)?(?:www\.)?tiktok\.com\/@/i.test(url)) return withScheme(url);
  // A variable that Typebot could not fill is no id: the address then tells what is wrong.
  if (id && !id.includes('{{')) return player + encodeURIComponent(id);
  return url ? withScheme(url) : null;
}

function withScheme(url: string): string {
  return /^https?:\/\//i.test(url) ? url : `https://${url}`;
}
