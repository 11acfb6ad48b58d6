import type { Newest } from '@typelane/db';
import { z } from 'zod';
import { pathId, wholeNumber } from './fields.ts';
import { isStorable } from './validation.ts';

/** `limit` and `cursor` of a list that shows the newest first. `id`: the schema of a row's id. */
export function newestFirst(id: z.ZodType<string> = pathId.refine(isStorable)) {
  return {
    limit: wholeNumber(1, 500, 100),
    cursor: cursor(z.tuple([storableTime, id])).optional(),
  };
}

/** Years that PostgreSQL and JavaScript both know. */
const storableTime = z.iso.datetime().refine((text) => /^(?:19[7-9]\d|[2-9]\d{3})-/.test(text));

/** `limit` and `cursor` of a list in the order of a chat's events. */
export const inOrder = {
  limit: wholeNumber(1, 500, 100),
  cursor: cursor(z.tuple([z.int().nonnegative()])).optional(),
};

export function newestOf({ limit, cursor: after }: { limit: number; cursor?: [string, string] | undefined }): Newest {
  return { limit: limit + 1, after: after ? { createdAt: new Date(after[0]), id: after[1] } : null };
}

/**
 * Cuts the rows, which were read with a limit of one more than the page holds, and builds the `Link` header of the next page.
 * `placeOf`: the cursor of the last row shown.
 */
export function page<Row>(
  rows: Row[],
  limit: number,
  url: string,
  placeOf: (row: Row) => unknown[],
): { rows: Row[]; headers: Record<string, string> } {
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  if (rows.length <= limit || last === undefined) return { rows: shown, headers: {} };
  const next = new URL(url, 'http://relative');
  next.searchParams.set('cursor', Buffer.from(JSON.stringify(placeOf(last))).toString('base64url'));
  return { rows: shown, headers: { link: `<${next.pathname}${next.search}>; rel="next"` } };
}

function cursor<Place extends z.ZodType>(place: Place) {
  return z
    .string()
    .max(1_000)
    .transform((text, context): z.output<Place> => {
      const parsed = place.safeParse(decoded(text));
      if (parsed.success) return parsed.data;
      context.issues.push({ code: 'custom', input: text, message: "a cursor from the `Link` header of this list's page before" });
      return z.NEVER;
    })
    .describe('Taken from the `Link` header of the previous page.');
}

function decoded(text: string): unknown {
  try {
    return JSON.parse(Buffer.from(text, 'base64url').toString());
  } catch {
    return null;
  }
}
