import { index, pgTable, text, uuid } from 'drizzle-orm/pg-core';
import { at } from './columns.ts';

/** Pending orders to close every session of an instance. No foreign key, because the instance may be removed first. */
export const sessionClosings = pgTable(
  'session_closings',
  {
    closingId: uuid('closing_id').primaryKey(),
    /** The instance whose sessions are closed. */
    instanceId: text('instance_id').notNull(),
    /** `integration_removed`, or `replaced` when the integration names another bot. */
    reason: text('reason').notNull(),
    /** When it was ordered; `replaced` closes only sessions that were opened before. */
    createdAt: at('created_at').notNull().defaultNow(),
  },
  (t) => [index('session_closings_by_age').on(t.createdAt)],
);
