import { sql } from 'drizzle-orm';
import { index, integer, pgTable, text, uuid } from 'drizzle-orm/pg-core';
import { at } from './columns.ts';

/** Files that contacts sent. The bytes are in the media store under `media_id`. */
export const media = pgTable(
  'media',
  {
    mediaId: uuid('media_id').primaryKey(),
    /** The instance that received the file. */
    instanceId: text('instance_id').notNull(),
    /** The conversation it arrived in; null: an upload that no event has referred to yet. */
    conversationId: uuid('conversation_id'),
    /** Has an extension that Typebot's file input accepts. */
    fileName: text('file_name').notNull(),
    /** The file's media type, such as `image/jpeg`. */
    mimeType: text('mime_type').notNull(),
    /** Size in bytes; 0: the file is still being stored. */
    sizeBytes: integer('size_bytes').notNull(),
    /** The words of a voice message; empty: none could be recognised; null: not transcribed yet. */
    transcript: text('transcript'),
    /** When storing began. */
    createdAt: at('created_at').notNull().defaultNow(),
    /** When the sweep removes the file; null: never. */
    expiresAt: at('expires_at'),
  },
  (t) => [
    index('media_by_conversation').on(t.conversationId),
    index('media_expiring')
      .on(t.expiresAt, t.mediaId)
      .where(sql`expires_at is not null`),
  ],
);
