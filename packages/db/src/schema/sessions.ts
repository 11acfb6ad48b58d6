import { sql } from 'drizzle-orm';
import { index, jsonb, pgTable, text, uniqueIndex, uuid } from 'drizzle-orm/pg-core';
import { at } from './columns.ts';

/** Sessions as the API shows them. `session_id` is ours: Typebot's own id is a credential and changes on a restart. */
export const sessions = pgTable(
  'sessions',
  {
    sessionId: uuid('session_id').primaryKey(),
    /** The conversation it runs in. */
    conversationId: uuid('conversation_id').notNull(),
    /** The conversation's instance. */
    instanceId: text('instance_id').notNull(),
    /** The conversation's address, in normal form. */
    keyRemoteJid: text('key_remote_jid').notNull(),
    /** The integration that started it; null: unknown. */
    typebotIntegrationId: uuid('typebot_integration_id'),
    /** A conversation has at most one session that is not closed. */
    status: text('status', { enum: ['open', 'paused', 'closed'] }).notNull(),
    /** Why it was paused or closed. */
    reason: text('reason'),
    /** `BotSession` of core as of the last change of status; a reopened session continues with it. Null: the bot was not started. */
    bot: jsonb('bot'),
    /** When it was opened. */
    createdAt: at('created_at').notNull().defaultNow(),
    /** When its status last changed. */
    updatedAt: at('updated_at').notNull().defaultNow(),
    /** When it was closed; null: it is open or paused. */
    closedAt: at('closed_at'),
  },
  (t) => [
    index('sessions_newest').on(t.instanceId, t.createdAt.desc(), t.sessionId.desc()),
    index('sessions_by_chat').on(t.instanceId, t.keyRemoteJid),
    uniqueIndex('sessions_one_live_per_conversation')
      .on(t.conversationId)
      .where(sql`status <> 'closed'`),
  ],
);
