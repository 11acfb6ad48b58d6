import { createHash, randomUUID } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { migrate } from '@typelane/db';
import postgres from 'postgres';

export type TestDatabase = {
  url: string;
  /** Drops it, even while clients are connected. */
  drop(): Promise<void>;
};

/** Any number: the advisory lock of the run's PostgreSQL that protects the template while it is created or copied. */
const lockId = 7265375;

/**
 * A migrated database for one test file. The migrations run once: they make a template, of which each file gets a copy
 * (milliseconds). A change of the migrations makes a new template, also on a server that outlives the run.
 */
export async function databaseForTest(): Promise<TestDatabase> {
  // Imported here, so that importing testkit outside a test run does not load vitest.
  const { inject } = await import('vitest');
  const server = inject('databaseUrl');
  const name = `test_${randomUUID().replaceAll('-', '')}`;
  await alone(server, async (sql) => {
    const template = await templateOn(server, sql);
    await sql`create database ${sql(name)} template ${sql(template)}`;
  });
  return {
    url: urlOf(server, name),
    drop: () => alone(server, async (sql) => void (await sql`drop database if exists ${sql(name)} with (force)`)),
  };
}

/** The template's name. It is renamed only when whole, so one that was cut short is never copied. */
async function templateOn(server: string, sql: postgres.Sql): Promise<string> {
  const template = `typelane_template_${versionOfMigrations()}`;
  const [there] = await sql`select from pg_database where datname = ${template}`;
  if (there) return template;
  const building = `${template}_building`;
  await sql`drop database if exists ${sql(building)} with (force)`;
  await sql`create database ${sql(building)}`;
  await migrate(urlOf(server, building));
  await sql`alter database ${sql(building)} rename to ${sql(template)}`;
  return template;
}

async function alone(server: string, work: (sql: postgres.Sql) => Promise<void>): Promise<void> {
  const sql = postgres(server, { max: 1, onnotice: () => {} });
  try {
    await sql`select pg_advisory_lock(${lockId})`;
    await work(sql);
  } finally {
    await sql.end();
  }
}

function versionOfMigrations(): string {
  const folder = fileURLToPath(new URL('../../../drizzle/', import.meta.url));
  const hash = createHash('sha256');
  for (const file of readdirSync(folder).toSorted()) if (file.endsWith('.sql')) hash.update(readFileSync(`${folder}${file}`));
  return hash.digest('hex').slice(0, 12);
}

function urlOf(server: string, database: string): string {
  const url = new URL(server);
  url.pathname = `/${database}`;
  return url.href;
}
