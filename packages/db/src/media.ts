import { and, eq, getTableColumns, gt, isNull, or, sql as expression } from 'drizzle-orm';
import type { Sql } from 'postgres';
import type { Database } from './database.ts';
import { firstId } from './conversations/overdue.ts';
import { toText } from './json.ts';
import { media } from './schema/index.ts';
import { isUuid } from './tenants/uuid.ts';

/** A file. Its bytes are in the media store. */
export type Media = typeof media.$inferSelect;

export type NewMedia = Pick<Media, 'mediaId' | 'instanceId' | 'conversationId' | 'fileName' | 'mimeType'>;

/** Hours a file may take to be stored. After that the sweep removes what is there. */
const arrivalHours = 2;

/** `size_bytes` of a file that is still being stored. */
const arriving = 0;

/**
 * Records a file before its first byte is stored, so that the sweep can remove every stored byte. Null: the caller may store it now.
 * Otherwise the file that is already stored under this id.
 */
export async function beginMedia({ drizzle }: Pick<Database, 'drizzle'>, file: NewMedia): Promise<Media | null> {
  const { mediaId, fileName, mimeType } = file;
  const due = expression`clock_timestamp() + ${arrivalHours} * interval '1 hour'`;
  const values = { ...file, instanceId: toText(file.instanceId), fileName: toText(fileName), sizeBytes: arriving, expiresAt: due };
  const [begun] = await drizzle
    .insert(media)
    .values(values)
    .onConflictDoUpdate({
      target: media.mediaId,
      set: { fileName: values.fileName, mimeType, sizeBytes: arriving, expiresAt: due },
      setWhere: expression`${media.sizeBytes} = ${arriving} or ${media.expiresAt} <= clock_timestamp()`,
    })
    .returning({ mediaId: media.mediaId });
  if (begun) return null;
  const known = await findMedia({ drizzle }, mediaId);
  if (!known) throw new Error('The file was removed while it was being stored again');
  return known;
}

/** Marks a file as stored; from now on it can be found. `keepDays` null: it is kept for ever. */
export async function finishMedia(
  { drizzle }: Pick<Database, 'drizzle'>,
  { mediaId, sizeBytes, keepDays }: { mediaId: string; sizeBytes: number; keepDays: number | null },
): Promise<Media> {
  const expiresAt = keepDays === null ? null : expression`clock_timestamp() + ${keepDays} * interval '1 day'`;
  const [finished] = await drizzle.update(media).set({ sizeBytes, expiresAt }).where(eq(media.mediaId, mediaId)).returning();
  if (!finished) throw new Error('The file was removed before it was stored completely');
  return finished;
}

/** Null: unknown, still being stored, or expired. */
export async function findMedia({ drizzle }: Pick<Database, 'drizzle'>, mediaId: string): Promise<Media | null> {
  if (!isUuid(mediaId)) return null;
  const isUnexpired = or(isNull(media.expiresAt), gt(media.expiresAt, expression`clock_timestamp()`));
  const [found] = await drizzle
    .select(getTableColumns(media))
    .from(media)
    .where(and(eq(media.mediaId, mediaId), gt(media.sizeBytes, arriving), isUnexpired));
  return found ?? null;
}

/** `expiresAt`: as PostgreSQL writes it. */
export type ExpiredMedia = { mediaId: string; expiresAt: string };

/**
 * Expired files after the position `after`, the earliest first; fewer than `limit` means that there are no more. Compares with
 * `statement_timestamp()`: with `clock_timestamp()`, which changes during the statement, PostgreSQL would read the index to its end.
 */
export async function expiredMedia(sql: Sql<{ bigint: number }>, limit: number, after: ExpiredMedia | null): Promise<ExpiredMedia[]> {
  return sql<ExpiredMedia[]>`
    select media_id as "mediaId", expires_at::text as "expiresAt" from media
    where expires_at <= statement_timestamp()
      and (expires_at, media_id) > (${after?.expiresAt ?? '-infinity'}::timestamptz, ${after?.mediaId ?? firstId}::uuid)
    order by expires_at, media_id limit ${limit}`;
}

/** Deletes the records of files whose bytes were removed, unless the file was stored again meanwhile. */
export async function forgetMedia(sql: Sql<{ bigint: number }>, mediaIds: string[]): Promise<void> {
  await sql`delete from media where media_id = any(${mediaIds}::uuid[]) and expires_at <= clock_timestamp()`;
}

/** The words of a voice message; empty: none could be recognised. Null: not transcribed yet, or the file is gone. */
export async function transcriptOf(sql: Sql<{ bigint: number }>, mediaId: string): Promise<string | null> {
  const [row] = await sql<{ transcript: string | null }[]>`select transcript from media where media_id = ${mediaId}`;
  return row?.transcript ?? null;
}

/** Stores a transcript, unless there is one. */
export async function keepTranscript(sql: Sql<{ bigint: number }>, mediaId: string, words: string): Promise<void> {
  await sql`update media set transcript = ${toText(words)} where media_id = ${mediaId} and transcript is null`;
}
