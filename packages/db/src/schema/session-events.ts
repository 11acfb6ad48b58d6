import { sql } from 'drizzle-orm';
import { bigint, boolean, index, integer, jsonb, pgTable, primaryKey, text, uuid } from 'drizzle-orm/pg-core';
import { at } from './columns.ts';
import { instances } from './tenants.ts';

/** What happened to sessions, to be told to whoever asked for it: written with the step that made it happen. */
export const sessionEvents = pgTable(
  'session_events',
  {
    sessionEventId: uuid('session_event_id').primaryKey(),
    /** Taken under the chat's lock, so it rises within a chat. Over chats it has gaps and commits late: never a cursor. */
    place: bigint('place', { mode: 'number' }).notNull().generatedAlwaysAsIdentity(),
    instanceId: text('instance_id').notNull(),
    /** `session.opened`, `.closed`, `.paused`, `.resumed`, `message.dead`, `turn.uncertain`. */
    type: text('type').notNull(),
    data: jsonb('data').notNull(),
    createdAt: at('created_at').notNull().defaultNow(),
    /** Handed to the webhooks of its instance. */
    publishedAt: at('published_at'),
    /** Put on the queue, where it may have to wait for room. */
    queuedAt: at('queued_at'),
  },
  (t) => [
    index('announcements_unpublished')
      .on(t.place)
      .where(sql`published_at is null`),
    index('announcements_unqueued')
      .on(t.place)
      .where(sql`queued_at is null`),
    index('announcements_by_age').on(t.createdAt),
  ],
);

/** Where a tenant wants to be told. */
export const webhooks = pgTable(
  'webhooks',
  {
    webhookId: uuid('webhook_id').primaryKey(),
    instanceId: text('instance_id')
      .notNull()
      .references(() => instances.instanceId, { onDelete: 'cascade' }),
    url: text('url').notNull(),
    /** What deliveries are signed with, sealed. */
    secret: text('secret').notNull(),
    /** Empty: all. */
    types: text('types').array().notNull(),
    enabled: boolean('enabled').notNull(),
    /** Since when every delivery failed; null while it works. */
    failingSince: at('failing_since'),
    /** Why it was switched off by us. */
    disabledReason: text('disabled_reason'),
    createdAt: at('created_at').notNull().defaultNow(),
    updatedAt: at('updated_at').notNull().defaultNow(),
  },
  (t) => [index('webhooks_by_instance').on(t.instanceId)],
);

/** One announcement for one webhook, until it was taken or given up. */
export const webhookDeliveries = pgTable(
  'webhook_deliveries',
  {
    sessionEventId: uuid('session_event_id').notNull(),
    webhookId: uuid('webhook_id')
      .notNull()
      .references(() => webhooks.webhookId, { onDelete: 'cascade' }),
    attempts: integer('attempts').notNull().default(0),
    /** Null: delivered or given up. While an attempt is under way: when another process may make it again. */
    nextAt: at('next_at').defaultNow(),
    deliveredAt: at('delivered_at'),
    /** What the last failed attempt met. */
    failure: text('failure'),
    createdAt: at('created_at').notNull().defaultNow(),
  },
  (t) => [
    primaryKey({ columns: [t.sessionEventId, t.webhookId] }),
    index('webhook_deliveries_due')
      .on(t.webhookId, t.nextAt)
      .where(sql`next_at is not null`),
    index('webhook_deliveries_newest').on(t.webhookId, t.createdAt.desc(), t.sessionEventId.desc()),
  ],
);
