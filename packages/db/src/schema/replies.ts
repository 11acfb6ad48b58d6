import { sql } from 'drizzle-orm';
import { index, jsonb, pgTable, primaryKey, text, uuid } from 'drizzle-orm/pg-core';
import { at, seq } from './columns.ts';

/** Replies in the order they were decided. Only the first unacknowledged one of a chat is on the outbound queue. */
export const outbox = pgTable(
  'outbox',
  {
    conversationId: uuid('conversation_id').notNull(),
    seq: seq('seq').notNull(),
    replyId: uuid('reply_id').notNull().unique(),
    /** The outbound job without its `seq`. */
    reply: jsonb('reply').notNull(),
    createdAt: at('created_at').notNull().defaultNow(),
    /** Handed to the outbound queue (or about to be: the sweep makes sure). */
    dispatchedAt: at('dispatched_at'),
    ackedAt: at('acked_at'),
    /** Found on its way by the sweep, which looks again when as much time has gone by since this as after handing it out. */
    lookAt: at('look_at'),
    /** WhatsApp's ids of what was sent. */
    keyIds: text('key_ids').array(),
    /** Why the consumer gave up, when it did. */
    failure: text('failure'),
  },
  (t) => [
    primaryKey({ columns: [t.conversationId, t.seq] }),
    index('outbox_waiting')
      .on(t.conversationId, t.seq)
      .where(sql`dispatched_at is null`),
    index('outbox_in_flight')
      .on(sql`coalesce(look_at, dispatched_at)`)
      .where(sql`dispatched_at is not null and acked_at is null`),
  ],
);

/** WhatsApp ids of our own sends: what keeps them from being taken for a human's words. */
export const sentKeys = pgTable(
  'sent_keys',
  {
    instanceId: text('instance_id').notNull(),
    keyId: text('key_id').notNull(),
    sentAt: at('sent_at').notNull().defaultNow(),
  },
  (t) => [primaryKey({ columns: [t.instanceId, t.keyId] })],
);
