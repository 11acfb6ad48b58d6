import { sql } from 'drizzle-orm';
import { boolean, index, integer, jsonb, pgTable, primaryKey, text, uuid } from 'drizzle-orm/pg-core';
import { at, seq } from './columns.ts';
import { instances } from './tenants.ts';

/** A list of contacts the bot is to be started towards, so many a minute. */
export const bulkStarts = pgTable(
  'bulk_starts',
  {
    bulkStartId: uuid('bulk_start_id').primaryKey(),
    instanceId: text('instance_id')
      .notNull()
      .references(() => instances.instanceId, { onDelete: 'cascade' }),
    status: text('status', { enum: ['running', 'paused', 'cancelled', 'done'] }).notNull(),
    perMinute: integer('per_minute').notNull(),
    publicId: text('public_id'),
    startMessage: text('start_message'),
    variables: jsonb('variables').notNull(),
    force: boolean('force').notNull(),
    /** The next contact is not started before. */
    nextAt: at('next_at').notNull().defaultNow(),
    createdAt: at('created_at').notNull().defaultNow(),
    updatedAt: at('updated_at').notNull().defaultNow(),
  },
  (t) => [
    index('bulk_starts_newest').on(t.instanceId, t.createdAt.desc(), t.bulkStartId.desc()),
    index('bulk_starts_due')
      .on(t.nextAt)
      .where(sql`status = 'running'`),
  ],
);

/** One contact of such a list. Once ordered, the command in the chat's inbox says how it ended. */
export const bulkStartContacts = pgTable(
  'bulk_start_contacts',
  {
    bulkStartId: uuid('bulk_start_id')
      .notNull()
      .references(() => bulkStarts.bulkStartId, { onDelete: 'cascade' }),
    /** Place in the list, from 1. */
    place: integer('place').notNull(),
    /** As it was given. */
    keyRemoteJid: text('key_remote_jid').notNull(),
    variables: jsonb('variables').notNull(),
    sessionId: uuid('session_id'),
    /** Where the start stands once it was ordered. */
    conversationId: uuid('conversation_id'),
    seq: seq('seq'),
  },
  (t) => [
    primaryKey({ columns: [t.bulkStartId, t.place] }),
    index('bulk_start_contacts_left')
      .on(t.bulkStartId, t.place)
      .where(sql`conversation_id is null`),
  ],
);
