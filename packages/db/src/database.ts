import { drizzle, type PostgresJsDatabase } from 'drizzle-orm/postgres-js';
import postgres from 'postgres';
import * as schema from './schema/index.ts';

/**
 * One pool with two interfaces: `sql` for the hot path, whose statements are written out and prepared once, and `drizzle` for everything
 * else.
 */
export type Database = { sql: postgres.Sql<{ bigint: number }>; drizzle: PostgresJsDatabase<typeof schema>; close(): Promise<void> };

/** `connectionsMax`: about 10 is best for a worker; 50 measured slower. */
export function connect(url: string, options: { connectionsMax?: number; applicationName?: string } = {}): Database {
  const sql = postgres(url, {
    max: options.connectionsMax ?? 10,
    // Seconds. A new connection delays a turn by tens of milliseconds; an idle one costs a megabyte.
    idle_timeout: 300,
    connect_timeout: 10,
    // Seconds, at most 1. The driver's default rises to 20: requests would hang that long after PostgreSQL is back.
    backoff: (attempt: number) => Math.min(3 ** attempt / 100, 1),
    onnotice: () => {},
    connection: { application_name: options.applicationName ?? 'typelane' },
    types: {
      // Sequence numbers stay far below 2^53.
      bigint: { to: 20, from: [20], parse: Number, serialize: String },
    },
  });
  return { sql, drizzle: drizzle(sql, { schema }), close: () => sql.end({ timeout: 5 }) };
}
