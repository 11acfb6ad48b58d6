import { index, integer, pgTable, text, uuid } from 'drizzle-orm/pg-core';
import { at } from './columns.ts';

/** Answers to requests with an `Idempotency-Key`, kept as long as they are repeated. */
export const idempotencyKeys = pgTable(
  'idempotency_keys',
  {
    /** SHA-256 of tenant, method, path and key, in hex. */
    keyHash: text('key_hash').primaryKey(),
    /** The id of what the request creates; the same when the request is repeated after a crash. */
    newId: uuid('new_id').notNull(),
    /** SHA-256 of the request's body, in hex. */
    requestHash: text('request_hash').notNull(),
    /** The answer's HTTP status; null while the first request is under way. */
    status: integer('status'),
    /** The answer's body and headers, encrypted, because they may contain a token or secret. */
    answer: text('answer'),
    /** When the first request began. */
    createdAt: at('created_at').notNull().defaultNow(),
  },
  (t) => [index('idempotency_keys_by_age').on(t.createdAt)],
);
