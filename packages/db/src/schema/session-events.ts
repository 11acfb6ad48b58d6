import { sql } from 'drizzle-orm';
import { bigint, boolean, index, integer, jsonb, pgTable, primaryKey, text, uuid } from 'drizzle-orm/pg-core';
import { at } from './columns.ts';
import { instances } from './tenants.ts';

/** What happened to sessions, for webhooks and the queue `events`. Written in the statement of the step that caused it. */
export const sessionEvents = pgTable(
  'session_events',
  {
    sessionEventId: uuid('session_event_id').primaryKey(),
    /** Assigned under the conversation's lock, so it rises within a conversation. Never a cursor: across conversations values commit out of order. */
    place: bigint('place', { mode: 'number' }).notNull().generatedAlwaysAsIdentity(),
    /** The instance of the session. */
    instanceId: text('instance_id').notNull(),
    /** `session.opened`, `.closed`, `.paused`, `.resumed`, `message.dead`, `turn.uncertain` or `ping`. */
    type: text('type').notNull(),
    /** The event's `data` as receivers get it, without `sessionEventId`. */
    data: jsonb('data').notNull(),
    /** When it happened. */
    createdAt: at('created_at').notNull().defaultNow(),
    /** When deliveries to the instance's webhooks were created; null: not yet. */
    publishedAt: at('published_at'),
    /** When it was put on the queue `events`; null: not yet, for example because the queue is full. */
    queuedAt: at('queued_at'),
  },
  (t) => [
    index('session_events_unpublished')
      .on(t.place)
      .where(sql`published_at is null`),
    index('session_events_unqueued')
      .on(t.place)
      .where(sql`queued_at is null`),
    index('session_events_by_age').on(t.createdAt),
  ],
);

/** Addresses at which tenants receive session events. */
export const webhooks = pgTable(
  'webhooks',
  {
    webhookId: uuid('webhook_id').primaryKey(),
    /** The instance whose events it receives. */
    instanceId: text('instance_id')
      .notNull()
      .references(() => instances.instanceId, { onDelete: 'cascade' }),
    /** Where deliveries are posted. */
    url: text('url').notNull(),
    /** The key that signs deliveries, encrypted. */
    secret: text('secret').notNull(),
    /** The event types it receives; empty: all. */
    types: text('types').array().notNull(),
    /** False: switched off by the tenant, or by us (`disabled_reason`). */
    enabled: boolean('enabled').notNull(),
    /** Since when every delivery has failed; null: the last one succeeded. */
    failingSince: at('failing_since'),
    /** Why we switched it off; null: we did not. */
    disabledReason: text('disabled_reason'),
    /** When it was created. */
    createdAt: at('created_at').notNull().defaultNow(),
    /** When the tenant last changed it. */
    updatedAt: at('updated_at').notNull().defaultNow(),
  },
  (t) => [index('webhooks_by_instance').on(t.instanceId)],
);

/** One session event for one webhook, with the state of its delivery. */
export const webhookDeliveries = pgTable(
  'webhook_deliveries',
  {
    sessionEventId: uuid('session_event_id').notNull(),
    webhookId: uuid('webhook_id')
      .notNull()
      .references(() => webhooks.webhookId, { onDelete: 'cascade' }),
    /** Attempts begun. */
    attempts: integer('attempts').notNull().default(0),
    /** When the next attempt is due; during an attempt, when another process may repeat it. Null: delivered or given up. */
    nextAt: at('next_at').defaultNow(),
    /** When the receiver accepted it. */
    deliveredAt: at('delivered_at'),
    /** Why the last attempt failed; null: none failed, or it was delivered. */
    failure: text('failure'),
    /** When the delivery was created. */
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
