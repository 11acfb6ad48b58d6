import { sql } from 'drizzle-orm';
import { boolean, index, integer, jsonb, pgTable, primaryKey, text, uuid } from 'drizzle-orm/pg-core';
import { at, seq } from './columns.ts';
import { instances } from './tenants.ts';

/** A bulk start: the bot is started with each contact of a list, at a limited rate. */
export const bulkStarts = pgTable(
  'bulk_starts',
  {
    bulkStartId: uuid('bulk_start_id').primaryKey(),
    /** The instance whose bot is started. */
    instanceId: text('instance_id')
      .notNull()
      .references(() => instances.instanceId, { onDelete: 'cascade' }),
    /** `running` and `paused` can change into each other; `cancelled` and `done` are final. */
    status: text('status', { enum: ['running', 'paused', 'cancelled', 'done'] }).notNull(),
    /** Contacts started per minute, at most. */
    perMinute: integer('per_minute').notNull(),
    /** The bot to start; null: the one of the integration. */
    publicId: text('public_id'),
    /** The text the bot is started with; null: none. */
    startMessage: text('start_message'),
    /** Bot variables for every contact, by name. */
    variables: jsonb('variables').notNull(),
    /** Start the bot even where a session is open. */
    force: boolean('force').notNull(),
    /** The next contact is not started before this time. */
    nextAt: at('next_at').notNull().defaultNow(),
    /** When the list was stored. */
    createdAt: at('created_at').notNull().defaultNow(),
    /** When the status last changed. */
    updatedAt: at('updated_at').notNull().defaultNow(),
  },
  (t) => [
    index('bulk_starts_newest').on(t.instanceId, t.createdAt.desc(), t.bulkStartId.desc()),
    index('bulk_starts_due')
      .on(t.nextAt)
      .where(sql`status = 'running'`),
  ],
);

/** One contact of a bulk start. Once its start is in an inbox, the turn of that event says how it ended. */
export const bulkStartContacts = pgTable(
  'bulk_start_contacts',
  {
    /** The list it belongs to. */
    bulkStartId: uuid('bulk_start_id')
      .notNull()
      .references(() => bulkStarts.bulkStartId, { onDelete: 'cascade' }),
    /** Position in the list, from 1. */
    place: integer('place').notNull(),
    /** The contact's address, as the API received it. */
    keyRemoteJid: text('key_remote_jid').notNull(),
    /** Bot variables for this contact; they override those of the list. */
    variables: jsonb('variables').notNull(),
    /** The id the session gets when the start succeeds. */
    sessionId: uuid('session_id'),
    /** The inbox that holds the `start` command; null: not ordered yet. */
    conversationId: uuid('conversation_id'),
    /** Seq of the `start` command in that inbox. */
    seq: seq('seq'),
  },
  (t) => [
    primaryKey({ columns: [t.bulkStartId, t.place] }),
    index('bulk_start_contacts_left')
      .on(t.bulkStartId, t.place)
      .where(sql`conversation_id is null`),
  ],
);
