import { index, integer, pgTable, text, uuid } from 'drizzle-orm/pg-core';
import { at, seq } from './columns.ts';

/** Events that could not be ingested, or ended dead in their conversation. Each is kept with its reason and blocks nothing. */
export const deadLetters = pgTable(
  'dead_letters',
  {
    deadLetterId: uuid('dead_letter_id').primaryKey(),
    /** The instance the event names; null: it could not be read. */
    instanceId: text('instance_id'),
    /** Where the event died: `inbound` (during ingest) or `conversation` (in its turn). */
    source: text('source').notNull(),
    /** Identifies the event, so repeated deaths make one dead letter: job id and position in the job, or conversation and seq. */
    sourceKey: text('source_key').notNull().unique(),
    /** The error code, such as `invalid_event` or `poison`. */
    reason: text('reason').notNull(),
    /** Sentences that name the field, what is allowed and what was received. */
    details: text('details').array().notNull(),
    /** The complete text of the event. */
    payload: text('payload').notNull(),
    /** Length of `payload` in bytes. */
    sizeBytes: integer('size_bytes').notNull(),
    /** The inbox that holds the event; null: it was never ingested. */
    conversationId: uuid('conversation_id'),
    /** Seq of the event in that inbox. */
    seq: seq('seq'),
    /** `redriven`: its event was ingested again. `discarded`: an operator does not want it. */
    status: text('status', { enum: ['open', 'redriven', 'discarded'] })
      .notNull()
      .default('open'),
    /** When it was redriven or discarded. */
    settledAt: at('settled_at'),
    /** When the event died. */
    createdAt: at('created_at').notNull().defaultNow(),
  },
  (t) => [index('dead_letters_by_instance').on(t.instanceId, t.createdAt)],
);
