import { isServerTrouble } from '@typelane/db';

/**
 * Runs `work` on all items. If it fails, the items are halved until each failing item is alone; that item goes to `refused`. Results keep
 * the order of the items. Errors that no item causes, such as an unreachable database, are thrown; the caller repeats the whole call.
 */
export async function isolate<T, R>(
  items: T[],
  work: (items: T[]) => Promise<R[]>,
  refused: (item: T, error: unknown) => Promise<void>,
): Promise<R[]> {
  try {
    return await work(items);
  } catch (error) {
    if (isServerTrouble(error)) throw error;
    const [only] = items;
    if (items.length === 1 && only !== undefined) {
      await refused(only, error);
      return [];
    }
    const middle = Math.ceil(items.length / 2);
    const first = await isolate(items.slice(0, middle), work, refused);
    return [...first, ...(await isolate(items.slice(middle), work, refused))];
  }
}
