import { sql } from 'drizzle-orm';
import { boolean, check, index, jsonb, pgTable, text, uuid } from 'drizzle-orm/pg-core';
import { at } from './columns.ts';

/** A tenant: the owner of instances. */
export const businesses = pgTable('businesses', {
  businessId: text('business_id').primaryKey(),
  /** For people. */
  name: text('name').notNull(),
  createdAt: at('created_at').notNull().defaultNow(),
  updatedAt: at('updated_at').notNull().defaultNow(),
});

/** A WhatsApp number. The producer chooses its id, which is unique across all tenants. */
export const instances = pgTable(
  'instances',
  {
    instanceId: text('instance_id').primaryKey(),
    /** The business that owns it. */
    businessId: text('business_id')
      .notNull()
      .references(() => businesses.businessId),
    /** For people; null: none was given. */
    name: text('name'),
    createdAt: at('created_at').notNull().defaultNow(),
    updatedAt: at('updated_at').notNull().defaultNow(),
  },
  (t) => [index('instances_by_business').on(t.businessId)],
);

/** Ids of removed instances. They stay reserved for their business, so late events of one never reach another tenant. */
export const retiredInstances = pgTable('retired_instances', {
  instanceId: text('instance_id').primaryKey(),
  /** The only business that may register this id again. */
  businessId: text('business_id').notNull(),
  /** When the instance was removed. */
  retiredAt: at('retired_at').notNull().defaultNow(),
});

/** API tokens. A token is shown once; only its hash is stored. */
export const apiKeys = pgTable(
  'api_keys',
  {
    keyId: uuid('key_id').primaryKey(),
    /** What the token may reach: everything, one business, or one instance. */
    scope: text('scope', { enum: ['admin', 'business', 'instance'] }).notNull(),
    /** Null for `admin`. */
    businessId: text('business_id').references(() => businesses.businessId, { onDelete: 'cascade' }),
    /** Set for `instance` only. */
    instanceId: text('instance_id').references(() => instances.instanceId, { onDelete: 'cascade' }),
    /** For people. */
    name: text('name').notNull(),
    /** SHA-256 of the whole token, in hex. The token is 256 random bits, so a fast hash is safe. */
    hash: text('hash').notNull(),
    createdAt: at('created_at').notNull().defaultNow(),
    /** The token is refused from this time on; null: it does not expire. */
    expiresAt: at('expires_at'),
    /** When it was revoked; null: it was not. */
    revokedAt: at('revoked_at'),
  },
  (t) => [
    check(
      'api_keys_scope',
      sql`(${t.scope} = 'admin' and ${t.businessId} is null and ${t.instanceId} is null)
      or (${t.scope} = 'business' and ${t.businessId} is not null and ${t.instanceId} is null)
      or (${t.scope} = 'instance' and ${t.businessId} is not null and ${t.instanceId} is not null)`,
    ),
    index('api_keys_by_business').on(t.businessId),
  ],
);

/** The bot of an instance, with the operator's settings. */
export const typebotIntegrations = pgTable('typebot_integrations', {
  typebotIntegrationId: uuid('typebot_integration_id').primaryKey(),
  /** An instance has at most one integration. */
  instanceId: text('instance_id')
    .notNull()
    .unique()
    .references(() => instances.instanceId, { onDelete: 'cascade' }),
  /** Typebot's public id of the bot. */
  publicId: text('public_id').notNull(),
  /** The Typebot server. */
  typebotURL: text('typebot_url').notNull(),
  /** False: events are ignored. */
  enabled: boolean('enabled').notNull(),
  /** Settings as the operator wrote them; core's settings schema adds the defaults. */
  settings: jsonb('settings').notNull(),
  createdAt: at('created_at').notNull().defaultNow(),
  updatedAt: at('updated_at').notNull().defaultNow(),
});
