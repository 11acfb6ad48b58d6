import { sql } from 'drizzle-orm';
import { index, jsonb, pgTable, primaryKey, text, uuid } from 'drizzle-orm/pg-core';
import { at, seq } from './columns.ts';

/** Replies in the order they were decided. Only a conversation's first unacknowledged reply is on the outbound queue. */
export const outbox = pgTable(
  'outbox',
  {
    conversationId: uuid('conversation_id').notNull(),
    /** Position among the conversation's replies, from 1. */
    seq: seq('seq').notNull(),
    /** The id of the outbound job. */
    replyId: uuid('reply_id').notNull().unique(),
    /** The outbound job without its `seq`. */
    reply: jsonb('reply').notNull(),
    /** When it was decided. */
    createdAt: at('created_at').notNull().defaultNow(),
    /** When it was last put on the outbound queue, or was about to be: the sweep repeats it if the process died. */
    dispatchedAt: at('dispatched_at'),
    /** When its receipt arrived. */
    ackedAt: at('acked_at'),
    /** The sweep found the reply still on the queue; it checks again later, counted from this time instead of `dispatched_at`. */
    lookAt: at('look_at'),
    /** WhatsApp's ids of the messages sent. */
    keyIds: text('key_ids').array(),
    /** Why the consumer could not send it; null: it did. */
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

/** WhatsApp's ids of our own sends, so that their echoes are not taken for a human's messages. */
export const sentKeys = pgTable(
  'sent_keys',
  {
    instanceId: text('instance_id').notNull(),
    /** WhatsApp's id of the message; unique within the instance. */
    keyId: text('key_id').notNull(),
    /** When the id became known. */
    sentAt: at('sent_at').notNull().defaultNow(),
  },
  (t) => [primaryKey({ columns: [t.instanceId, t.keyId] })],
);
