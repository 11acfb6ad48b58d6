import { type ExtractTablesWithRelations, sql as statement } from 'drizzle-orm';
import type { PgTransaction } from 'drizzle-orm/pg-core';
import type { PostgresJsQueryResultHKT } from 'drizzle-orm/postgres-js';
import type { Sql, TransactionSql } from 'postgres';
import type { Database } from './database.ts';
import type * as schema from './schema/index.ts';

/**
 * PostgreSQL ends a transaction that is idle for longer than this, which is as long as a lease in Redis lasts. Otherwise a process that froze,
 * or whose machine vanished, would keep its rows locked. Set in each transaction, because a connection pooler would refuse it at connect.
 */
const idleMsMax = 5_000;
const setIdleTimeout = `set local idle_in_transaction_session_timeout = ${idleMsMax}`;

/** Runs `work` in a transaction. The timeout is sent together with the first statement and costs no round trip. */
export async function inTransaction<T>(
  sql: Sql<{ bigint: number }>,
  work: (transaction: TransactionSql<{ bigint: number }>) => Promise<T>,
): Promise<T> {
  // In an object, because the driver would await the elements of a bare array.
  const { value } = await sql.begin(async (transaction) => {
    const timeoutSet = transaction.unsafe(setIdleTimeout, [], { prepare: true }).execute();
    const [result] = await Promise.all([work(transaction), timeoutSet]);
    return { value: result };
  });
  return value;
}

type DrizzleTransaction = PgTransaction<PostgresJsQueryResultHKT, typeof schema, ExtractTablesWithRelations<typeof schema>>;

/** The same for drizzle. */
export function inDrizzleTransaction<T>(drizzle: Database['drizzle'], work: (transaction: DrizzleTransaction) => Promise<T>): Promise<T> {
  return drizzle.transaction(async (transaction) => {
    await transaction.execute(statement.raw(setIdleTimeout));
    return work(transaction);
  });
}
