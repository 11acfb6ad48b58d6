import { index, pgTable, text, uuid } from 'drizzle-orm/pg-core';
import { at } from './columns.ts';

/** Orders to close every session of an instance, until they are carried out. No foreign key: the instance may be gone first. */
export const sessionClosings = pgTable(
  'session_closings',
  {
    closingId: uuid('closing_id').primaryKey(),
    instanceId: text('instance_id').notNull(),
    /** `integration_removed`, or `replaced` when the integration names another bot. */
    reason: text('reason').notNull(),
    createdAt: at('created_at').notNull().defaultNow(),
  },
  (t) => [index('session_closings_by_age').on(t.createdAt)],
);
