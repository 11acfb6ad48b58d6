import { readFileSync } from 'node:fs';
import { z } from 'zod';
import type { Database } from '../database.ts';

const journal = new URL('../../../../drizzle/meta/_journal.json', import.meta.url);
const journalSchema = z.object({ entries: z.array(z.object({ when: z.number() })) });

/** Whether the database has every migration this code knows. A newer one is fine, because migrations are deployed before their code. */
export async function hasCurrentSchema({ sql }: Database): Promise<boolean> {
  const [table] = await sql<{ exists: boolean }[]>`select to_regclass('drizzle.__drizzle_migrations') is not null as exists`;
  if (!table?.exists) return false;
  const [row] = await sql<{ newest: number | null }[]>`select max(created_at) as newest from drizzle.__drizzle_migrations`;
  return (row?.newest ?? 0) >= newestKnown();
}

function newestKnown(): number {
  const { entries } = journalSchema.parse(JSON.parse(readFileSync(journal, 'utf8')));
  return Math.max(0, ...entries.map(({ when }) => when));
}
