import { drizzle, type PostgresJsDatabase } from 'drizzle-orm/postgres-js';
import postgres from 'postgres';
import * as schema from './schema/index.ts';

/**
 * One pool, seen in two ways: `sql` for the statements of the hot path, which are written out and prepared once, and `drizzle`
 * for everything that is not asked thousands of times a second.
 */
export type Database = { sql: postgres.Sql<{ bigint: number }>; drizzle: PostgresJsDatabase<typeof schema>; close(): Promise<void> };

/** `connectionsMax`: about 10 is best for a worker; 50 measured slower. */
export function connect(url: string, options: { connectionsMax?: number; applicationName?: string } = {}): Database {
  const sql = postgres(url, {
    max: options.connectionsMax ?? 10,
    // A new connection costs tens of milliseconds of a first turn; an idle one costs a megabyte.
    idle_timeout: 300,
    connect_timeout: 10,
    // Seconds. The driver's own goes up to 20: requests would hang for as long after PostgreSQL is back.
    backoff: (attempt: number) => Math.min(3 ** attempt / 100, 1),
    onnotice: () => {},
    connection: { application_name: options.applicationName ?? 'typelane' },
    types: {
      // Cursors stay far below 2^53.
      bigint: { to: 20, from: [20], parse: Number, serialize: String },
    },
  });
  return { sql, drizzle: drizzle(sql, { schema }), close: () => sql.end({ timeout: 5 }) };
}
