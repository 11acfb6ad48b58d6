import { fileURLToPath } from 'node:url';
import { migrate as run } from 'drizzle-orm/postgres-js/migrator';
import { connect } from './database.ts';

const folder = fileURLToPath(new URL('../../../drizzle', import.meta.url));

/** Migrates a database to the newest schema. Concurrent calls wait for each other. */
export async function migrate(databaseUrl: string): Promise<void> {
  const database = connect(databaseUrl, { connectionsMax: 1, applicationName: 'typelane-migrate' });
  try {
    await database.sql`select pg_advisory_lock(7265374)`;
    await run(database.drizzle, { migrationsFolder: folder });
  } finally {
    await database.close();
  }
}
