import { expiredMedia, type ExpiredMedia, forgetMedia } from '@typelane/db';
import type { MediaPorts } from './media-ports.ts';

/** Files per page. */
const pageSize = 100;

/**
 * Removes all expired files, bytes before rows, so that a failed removal is repeated. If no file of a page can be removed, the store may be
 * unreachable and this run stops; the next run continues behind that page, so that no file blocks another. Returns how many were removed.
 */
export function createRemoveExpired(ports: Pick<MediaPorts, 'database' | 'store'>): () => Promise<number> {
  let last: ExpiredMedia | null = null;
  return async () => {
    let removed = 0;
    let failure: unknown = null;
    do {
      const page: ExpiredMedia[] = await expiredMedia(ports.database.sql, pageSize, last);
      const ended = await removePage(
        page.map(({ mediaId }) => mediaId),
        ports,
      );
      removed += ended.removed;
      failure ??= ended.failure;
      last = page.length < pageSize ? null : (page.at(-1) ?? null);
      if (ended.removed === 0) break;
    } while (last !== null);
    if (failure !== null) throw new Error(`Expired files could not be removed, ${removed} others were`, { cause: failure });
    return removed;
  };
}

type Ended = { removed: number; failure: unknown };

async function removePage(mediaIds: string[], { database, store }: Pick<MediaPorts, 'database' | 'store'>): Promise<Ended> {
  if (mediaIds.length === 0) return { removed: 0, failure: null };
  const remove = async (ids: string[]): Promise<void> => {
    await store.remove(ids);
    await forgetMedia(database.sql, ids);
  };
  try {
    await remove(mediaIds);
    return { removed: mediaIds.length, failure: null };
  } catch {
    const ended = await Promise.allSettled(mediaIds.map((mediaId) => remove([mediaId])));
    const failed = ended.filter((each) => each.status === 'rejected');
    return { removed: mediaIds.length - failed.length, failure: failed[0]?.reason ?? null };
  }
}
