import postgres from 'postgres';
import { clusterUser } from './cluster.ts';

export function postgresUrl(port: number, password: string, database: string): string {
  return `postgres://${clusterUser}:${password}@127.0.0.1:${port}/${database}`;
}

/** Creates the application's database when it is not there. Connecting is also the proof that the password is the cluster's. */
export async function ensureDatabase(port: number, password: string): Promise<void> {
  const sql = postgres(postgresUrl(port, password, 'postgres'), { max: 1, connect_timeout: 10, onnotice: () => undefined });
  try {
    const found = await sql`select 1 from pg_database where datname = 'typelane'`;
    if (found.length === 0) await sql`create database typelane`;
  } finally {
    await sql.end({ timeout: 5 });
  }
}
