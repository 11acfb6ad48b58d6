import { expiredMedia, forgetMedia } from '@typelane/db';
import type { MediaPorts } from './media-ports.ts';

/** Files one sweep removes. */
const batchMax = 100;

/** Removes files whose time is over: the bytes first, so that what fails is tried again by the next sweep. Returns how many. */
export async function removeExpiredMedia({ database, store }: Pick<MediaPorts, 'database' | 'store'>): Promise<number> {
  const mediaIds = await expiredMedia(database.sql, batchMax);
  if (mediaIds.length === 0) return 0;
  await store.remove(mediaIds);
  await forgetMedia(database.sql, mediaIds);
  return mediaIds.length;
}
