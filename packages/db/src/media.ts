import { and, eq, getTableColumns, gt, isNull, or, sql } from 'drizzle-orm';
import type { Sql } from 'postgres';
import type { Database } from './database.ts';
import { firstId } from './conversations/overdue.ts';
import { toText } from './json.ts';
import { media } from './schema/index.ts';
import { isUuid } from './tenants/uuid.ts';

/** A file that is there whole. The bytes are in the media store. */
export type Media = typeof media.$inferSelect;

export type NewMedia = Pick<Media, 'mediaId' | 'instanceId' | 'conversationId' | 'fileName' | 'mimeType'>;

/** Hours a file may take to arrive. What was begun and not finished by then is swept away. */
const arrivalHours = 2;

/** `size_bytes` of a file whose bytes are still coming. */
const arriving = 0;

/**
 * Puts a file on record before its first byte is stored, so that whatever is stored is swept one day. Null: it may be stored now.
 * A file: it is there already, under this id.
 */
export async function beginMedia({ drizzle }: Pick<Database, 'drizzle'>, file: NewMedia): Promise<Media | null> {
  const { mediaId, fileName, mimeType } = file;
  const due = sql`clock_timestamp() + ${arrivalHours} * interval '1 hour'`;
  const values = { ...file, instanceId: toText(file.instanceId), fileName: toText(fileName), sizeBytes: arriving, expiresAt: due };
  const [begun] = await drizzle
    .insert(media)
    .values(values)
    .onConflictDoUpdate({
      target: media.mediaId,
      set: { fileName: values.fileName, mimeType, sizeBytes: arriving, expiresAt: due },
      setWhere: sql`${media.sizeBytes} = ${arriving} or ${media.expiresAt} <= clock_timestamp()`,
    })
    .returning({ mediaId: media.mediaId });
  if (begun) return null;
  const known = await findMedia({ drizzle }, mediaId);
  if (!known) throw new Error('A file of this id was removed while it came again');
  return known;
}

/** Its bytes are stored: from now on it is found. `keepDays` null: for ever. */
export async function finishMedia(
  { drizzle }: Pick<Database, 'drizzle'>,
  { mediaId, sizeBytes, keepDays }: { mediaId: string; sizeBytes: number; keepDays: number | null },
): Promise<Media> {
  const expiresAt = keepDays === null ? null : sql`clock_timestamp() + ${keepDays} * interval '1 day'`;
  const [finished] = await drizzle.update(media).set({ sizeBytes, expiresAt }).where(eq(media.mediaId, mediaId)).returning();
  if (!finished) throw new Error('A file was removed before it was whole');
  return finished;
}

/** Null: unknown, not whole, or expired. */
export async function findMedia({ drizzle }: Pick<Database, 'drizzle'>, mediaId: string): Promise<Media | null> {
  if (!isUuid(mediaId)) return null;
  const isInForce = or(isNull(media.expiresAt), gt(media.expiresAt, sql`clock_timestamp()`));
  const [found] = await drizzle
    .select(getTableColumns(media))
    .from(media)
    .where(and(eq(media.mediaId, mediaId), gt(media.sizeBytes, arriving), isInForce));
  return found ?? null;
}

/** A file whose time is over. `expiresAt`: as PostgreSQL writes it. */
export type ExpiredMedia = { mediaId: string; expiresAt: string };

/**
 * Files behind `after` whose time is over, the longest first; fewer than `limit`: there are no more. By the statement's time: beside one
 * that moves on the index would be read to its end.
 */
export async function expiredMedia(asked: Sql<{ bigint: number }>, limit: number, after: ExpiredMedia | null): Promise<ExpiredMedia[]> {
  return asked<ExpiredMedia[]>`
    select media_id as "mediaId", expires_at::text as "expiresAt" from media
    where expires_at <= statement_timestamp()
      and (expires_at, media_id) > (${after?.expiresAt ?? '-infinity'}::timestamptz, ${after?.mediaId ?? firstId}::uuid)
    order by expires_at, media_id limit ${limit}`;
}

/** Forgets files whose bytes are removed. One that came again meanwhile stays. */
export async function forgetMedia(asked: Sql<{ bigint: number }>, mediaIds: string[]): Promise<void> {
  await asked`delete from media where media_id = any(${mediaIds}::uuid[]) and expires_at <= clock_timestamp()`;
}
