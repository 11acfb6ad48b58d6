import { sql } from 'drizzle-orm';
import { index, jsonb, pgTable, text, uniqueIndex, uuid } from 'drizzle-orm/pg-core';
import { at } from './columns.ts';

/** The API's resource. Our id, never Typebot's: the remote id is a capability and changes on restart. */
export const sessions = pgTable(
  'sessions',
  {
    sessionId: uuid('session_id').primaryKey(),
    conversationId: uuid('conversation_id').notNull(),
    instanceId: text('instance_id').notNull(),
    keyRemoteJid: text('key_remote_jid').notNull(),
    typebotIntegrationId: uuid('typebot_integration_id'),
    status: text('status', { enum: ['open', 'paused', 'closed'] }).notNull(),
    reason: text('reason'),
    /** core's BotSession as it stood at the last change of status: what a reopened session goes on with. */
    bot: jsonb('bot'),
    createdAt: at('created_at').notNull().defaultNow(),
    updatedAt: at('updated_at').notNull().defaultNow(),
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
