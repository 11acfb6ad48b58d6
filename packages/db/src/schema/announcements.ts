import { sql } from 'drizzle-orm';
import { boolean, index, integer, jsonb, pgTable, primaryKey, text, uuid } from 'drizzle-orm/pg-core';
import { at } from './columns.ts';
import { instances } from './tenants.ts';

/** What happened to sessions, to be told to whoever asked for it: written with the step that made it happen. */
export const announcements = pgTable(
  'announcements',
  {
    announcementId: uuid('announcement_id').primaryKey(),
    instanceId: text('instance_id').notNull(),
    /** `session.opened`, `.closed`, `.paused`, `.resumed`, `message.dead`, `turn.uncertain`. */
    type: text('type').notNull(),
    data: jsonb('data').notNull(),
    createdAt: at('created_at').notNull().defaultNow(),
    /** Put on the queue and handed to the webhooks of its instance. */
    publishedAt: at('published_at'),
  },
  (t) => [
    index('announcements_unpublished')
      .on(t.createdAt)
      .where(sql`published_at is null`),
    index('announcements_by_instance').on(t.instanceId, t.createdAt),
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
    announcementId: uuid('announcement_id').notNull(),
    webhookId: uuid('webhook_id')
      .notNull()
      .references(() => webhooks.webhookId, { onDelete: 'cascade' }),
    attempts: integer('attempts').notNull().default(0),
    /** Null: delivered or given up. */
    nextAt: at('next_at').defaultNow(),
    deliveredAt: at('delivered_at'),
    /** What the last failed attempt met. */
    failure: text('failure'),
  },
  (t) => [
    primaryKey({ columns: [t.announcementId, t.webhookId] }),
    index('webhook_deliveries_due')
      .on(t.nextAt)
      .where(sql`next_at is not null`),
  ],
);
