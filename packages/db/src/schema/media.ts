import { sql } from 'drizzle-orm';
import { index, integer, pgTable, text, uuid } from 'drizzle-orm/pg-core';
import { at } from './columns.ts';

/** A file a contact sent, kept where a bot can open it. The bytes are in the media store under `media_id`. */
export const media = pgTable(
  'media',
  {
    mediaId: uuid('media_id').primaryKey(),
    instanceId: text('instance_id').notNull(),
    /** The chat it came in; null for an upload that no event has named yet. */
    conversationId: uuid('conversation_id'),
    /** With an extension Typebot's file input knows. */
    fileName: text('file_name').notNull(),
    mimeType: text('mime_type').notNull(),
    sizeBytes: integer('size_bytes').notNull(),
    /** What was said in it, once it was written down. */
    transcript: text('transcript'),
    createdAt: at('created_at').notNull().defaultNow(),
    expiresAt: at('expires_at'),
  },
  (t) => [
    index('media_by_conversation').on(t.conversationId),
    index('media_expiring')
      .on(t.expiresAt, t.mediaId)
      .where(sql`expires_at is not null`),
  ],
);
