import { index, integer, pgTable, text, uuid } from 'drizzle-orm/pg-core';
import { at, seq } from './columns.ts';

/** What could not be taken into any chat's inbox, or ended dead in its chat: kept with its reason, blocking nobody. */
export const deadLetters = pgTable(
  'dead_letters',
  {
    deadLetterId: uuid('dead_letter_id').primaryKey(),
    instanceId: text('instance_id'),
    /** Where it came from: `inbound`, or `conversation`. */
    source: text('source').notNull(),
    /** Redis id of the job and the place of the event in it: one dead letter each, however often it is met. */
    sourceKey: text('source_key').notNull().unique(),
    reason: text('reason').notNull(),
    /** Sentences that name the field, what was expected and what came. */
    details: text('details').array().notNull(),
    /** The text as it came, whole. */
    payload: text('payload').notNull(),
    sizeBytes: integer('size_bytes').notNull(),
    /** The event that ended dead in its chat; null: it never stood in an inbox. */
    conversationId: uuid('conversation_id'),
    seq: seq('seq'),
    status: text('status', { enum: ['open', 'redriven', 'discarded'] })
      .notNull()
      .default('open'),
    settledAt: at('settled_at'),
    createdAt: at('created_at').notNull().defaultNow(),
  },
  (t) => [index('dead_letters_by_instance').on(t.instanceId, t.createdAt)],
);
