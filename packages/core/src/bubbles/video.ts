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

/** A file is sent as video, a hosted video as the link to it. */
export const video = bubbleKind(contentSchema, {
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
  if (id) return player + encodeURIComponent(id);
  return url ? withScheme(url) : null;
}

function withScheme(url: string): string {
  return /^https?:\/\//i.test(url) ? url : `https://${url}`;
}
