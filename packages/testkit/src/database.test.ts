import postgres from 'postgres';
import { expect, inject, test } from 'vitest';
import { databaseForTest } from './database.ts';

async function on<T>(url: string, work: (sql: postgres.Sql) => Promise<T>): Promise<T> {
  const sql = postgres(url, { max: 1, onnotice: () => {} });
  try {
    return await work(sql);
  } finally {
    await sql.end();
  }
}

test('each file has a migrated database of its own, even when several ask at once', async () => {
  const databases = await Promise.all([databaseForTest(), databaseForTest(), databaseForTest()]);
  const [first, second] = databases;
  if (!first || !second) throw new Error('No database came');
  await on(first.url, (sql) => sql`insert into businesses (business_id, name) values ('b', 'only here')`);
  expect(await on(second.url, (sql) => sql`select * from businesses`)).toHaveLength(0);
  expect(new Set(databases.map(({ url }) => url)).size).toBe(3);
  await Promise.all(databases.map(({ drop }) => drop()));
});

test('a database can be dropped while a client is connected, and more than once', async () => {
  const { url, drop } = await databaseForTest();
  const forgotten = postgres(url, { max: 1, onnotice: () => {} });
  await forgotten`select 1`;
  await drop();
  await drop();
  const name = new URL(url).pathname.slice(1);
  expect(await on(inject('databaseUrl'), (sql) => sql`select datname from pg_database where datname = ${name}`)).toHaveLength(0);
  await forgotten.end();
});
