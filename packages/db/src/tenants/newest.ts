import { type Column, type SQL, sql } from 'drizzle-orm';

/** A page of a list that shows the newest first. */
export type Newest = { limit: number; after: Place | null };

/** The last row of the page before. */
export type Place = { createdAt: Date; id: string };

type Keys = { createdAt: Column; id: Column };

/** Rows behind a place; undefined: all. */
export function later({ createdAt, id }: Keys, after: Place | null): SQL | undefined {
  return after ? sql`(${createdAt}, ${id}) < (${after.createdAt.toISOString()}::timestamptz, ${after.id})` : undefined;
}

/** `nulls last` is how the index is made; without it the index would not be used. */
export function newestFirst({ createdAt, id }: Keys): SQL[] {
  return [sql`${createdAt} desc nulls last`, sql`${id} desc nulls last`];
}
