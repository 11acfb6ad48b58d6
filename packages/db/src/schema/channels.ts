import { index, jsonb, pgTable, primaryKey, text, uuid } from 'drizzle-orm/pg-core';
import { at } from './columns.ts';
import { instances } from './tenants.ts';

/** The WhatsApp gateway of an instance. */
export const channels = pgTable('channels', {
  instanceId: text('instance_id')
    .primaryKey()
    .references(() => instances.instanceId, { onDelete: 'cascade' }),
  /** New with each kind: what secrets are sealed about. */
  channelId: uuid('channel_id').notNull().unique(),
  kind: text('kind').notNull(),
  /** What may be shown again. */
  settings: jsonb('settings').notNull(),
  /** A JSON object of the secret settings, sealed. */
  secrets: text('secrets').notNull(),
  /** SHA-256 of the token in the webhook address, hex. The token is 256 random bits, so a fast hash is right. */
  tokenHash: text('token_hash').notNull().unique(),
  /** The token before the last registration. It stays valid, since a gateway may still post to the old address. */
  previousTokenHash: text('previous_token_hash').unique(),
  /** The gateway's own word for its connection to WhatsApp. */
  connection: text('connection'),
  connectionAt: at('connection_at'),
  lastInboundAt: at('last_inbound_at'),
  /** When WhatsApp last told that something we sent arrived. */
  lastAcknowledgedAt: at('last_acknowledged_at'),
  lastProblem: text('last_problem'),
  lastProblemAt: at('last_problem_at'),
  createdAt: at('created_at').notNull().defaultNow(),
  updatedAt: at('updated_at').notNull().defaultNow(),
});

/** What became of a sent message, as the gateway told it last. */
export const deliveryStatuses = pgTable(
  'delivery_statuses',
  {
    instanceId: text('instance_id').notNull(),
    keyId: text('key_id').notNull(),
    status: text('status', { enum: ['sent', 'delivered', 'read', 'failed'] }).notNull(),
    /** The gateway's code and words of a failure. */
    reason: text('reason'),
    updatedAt: at('updated_at').notNull().defaultNow(),
  },
  (t) => [primaryKey({ columns: [t.instanceId, t.keyId] }), index('delivery_statuses_by_age').on(t.updatedAt)],
);
