import { isServerTrouble } from '@typelane/db';

/**
 * Does `work` for all items, and where it fails halves them until those that it fails for stand alone: these go to `refused`. Results keep
 * the order of the items. What fails for no fault of an item (the database is away) is thrown, and all of it is to be done again.
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
