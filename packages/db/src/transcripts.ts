import type { Sql } from 'postgres';
import { toText } from './json.ts';

/** What was said in a file: empty where nothing was, or where it could not be found out. Null: nobody has listened to it, or it is gone. */
export async function transcriptOf(sql: Sql<{ bigint: number }>, mediaId: string): Promise<string | null> {
  const [row] = await sql<{ transcript: string | null }[]>`select transcript from media where media_id = ${mediaId}`;
  return row?.transcript ?? null;
}

/** The first words that are kept stay. */
export async function keepTranscript(sql: Sql<{ bigint: number }>, mediaId: string, words: string): Promise<void> {
  await sql`update media set transcript = ${toText(words)} where media_id = ${mediaId} and transcript is null`;
}
