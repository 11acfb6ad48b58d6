import { index, integer, pgTable, text, uuid } from 'drizzle-orm/pg-core';
import { at } from './columns.ts';

/** Answers to requests that carried an `Idempotency-Key`, for as long as they are given again. */
export const idempotencyKeys = pgTable(
  'idempotency_keys',
  {
    /** SHA-256 of tenant, method, path and key, hex. */
    keyHash: text('key_hash').primaryKey(),
    /** For what the request makes: the same when it is carried out again after a crash. */
    newId: uuid('new_id').notNull(),
    /** SHA-256 of the request's body, hex. */
    requestHash: text('request_hash').notNull(),
    /** Null while the first request is under way. */
    status: integer('status'),
    /** The answer's body and headers, sealed: it may show a token or secret that is shown once. */
    answer: text('answer'),
    createdAt: at('created_at').notNull().defaultNow(),
  },
  (t) => [index('idempotency_keys_by_age').on(t.createdAt)],
);
