import { type ExtractTablesWithRelations, sql as statement } from 'drizzle-orm';
import type { PgTransaction } from 'drizzle-orm/pg-core';
import type { PostgresJsQueryResultHKT } from 'drizzle-orm/postgres-js';
import type { Sql, TransactionSql } from 'postgres';
import type { Database } from './database.ts';
import type * as schema from './schema/index.ts';

/**
 * Milliseconds that a process may stand still in the middle of a transaction before PostgreSQL ends it, as long as the leases in Redis:
 * one that froze, or whose machine vanished, would keep its rows locked from everybody. Said inside each transaction, since a pooler
 * between us and PostgreSQL would refuse it at connect.
 */
const idleMsMax = 5_000;
const bound = `set local idle_in_transaction_session_timeout = ${idleMsMax}`;

/** Runs `work` in a transaction, all or nothing. Every transaction of the hot path begins here; the bound is sent along with its first statement. */
export async function inTransaction<T>(
  sql: Sql<{ bigint: number }>,
  work: (transaction: TransactionSql<{ bigint: number }>) => Promise<T>,
): Promise<T> {
  // In an object: the driver would await what a bare array of queries holds.
  const { value } = await sql.begin(async (transaction) => {
    const bounded = transaction.unsafe(bound, [], { prepare: true }).execute();
    const [result] = await Promise.all([work(transaction), bounded]);
    return { value: result };
  });
  return value;
}

type DrizzleTransaction = PgTransaction<PostgresJsQueryResultHKT, typeof schema, ExtractTablesWithRelations<typeof schema>>;

/** The same, of what is asked seldom. */
export function inDrizzleTransaction<T>(drizzle: Database['drizzle'], work: (transaction: DrizzleTransaction) => Promise<T>): Promise<T> {
  return drizzle.transaction(async (transaction) => {
    await transaction.execute(statement.raw(bound));
    return work(transaction);
  });
}
