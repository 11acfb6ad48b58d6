import { type Column, type SQL, sql } from 'drizzle-orm';

/** A page of a list, the newest first. */
export type Newest = { limit: number; after: Place | null };

/** The position of the previous page's last row. */
export type Place = { createdAt: Date; id: string };

type Keys = { createdAt: Column; id: Column };

/** The condition for rows after a position; undefined: all rows. */
export function later({ createdAt, id }: Keys, after: Place | null): SQL | undefined {
  return after ? sql`(${createdAt}, ${id}) < (${after.createdAt.toISOString()}::timestamptz, ${after.id})` : undefined;
}

/** `nulls last` matches the index, which would not be used otherwise. */
export function newestFirst({ createdAt, id }: Keys): SQL[] {
  return [sql`${createdAt} desc nulls last`, sql`${id} desc nulls last`];
}
