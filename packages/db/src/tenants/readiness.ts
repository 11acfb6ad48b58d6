import { readFileSync } from 'node:fs';
import { z } from 'zod';
import type { Database } from '../database.ts';

const journal = new URL('../../../../drizzle/meta/_journal.json', import.meta.url);
const journalSchema = z.object({ entries: z.array(z.object({ when: z.number() })) });

/** Whether the database has every migration this code knows. A newer one is fine: code goes out after its migration. */
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

/** The driver's own error. The one drizzle wraps around it quotes the statement's parameters, which name contacts: not for logs. */
export function withoutParameters(error: unknown): unknown {
  return error instanceof Error && 'params' in error ? error.cause : error;
}

/** Whether a statement failed because PostgreSQL could not be reached or is going down, not because of the statement. */
export function isDatabaseAway(error: unknown): boolean {
  for (let at = error; at instanceof Error; at = at.cause) {
    if ('code' in at && typeof at.code === 'string' && away.test(at.code)) return true;
  }
  return false;
}

/** Codes of the driver, of the socket, and of PostgreSQL itself (connection exceptions, shutdown, too many connections). */
const away =
  /^(CONNECT_TIMEOUT|CONNECTION_\w+|ECONN\w+|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|ENOTFOUND|EAI_AGAIN|08\w{3}|57P0[123]|53300)$/;
