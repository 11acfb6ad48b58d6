import { sql } from 'drizzle-orm';
import { boolean, check, index, jsonb, pgTable, text, uuid } from 'drizzle-orm/pg-core';
import { at } from './columns.ts';

export const businesses = pgTable('businesses', {
  businessId: text('business_id').primaryKey(),
  name: text('name').notNull(),
  createdAt: at('created_at').notNull().defaultNow(),
  updatedAt: at('updated_at').notNull().defaultNow(),
});

/** A WhatsApp number. Its id is the producer's and unique over all tenants. */
export const instances = pgTable(
  'instances',
  {
    instanceId: text('instance_id').primaryKey(),
    businessId: text('business_id')
      .notNull()
      .references(() => businesses.businessId),
    name: text('name'),
    createdAt: at('created_at').notNull().defaultNow(),
    updatedAt: at('updated_at').notNull().defaultNow(),
  },
  (t) => [index('instances_by_business').on(t.businessId)],
);

/** Ids of removed instances stay with their business: late events of one must never reach another tenant. */
export const retiredInstances = pgTable('retired_instances', {
  instanceId: text('instance_id').primaryKey(),
  businessId: text('business_id').notNull(),
  retiredAt: at('retired_at').notNull().defaultNow(),
});

/** Tokens are shown once; only their hash is kept. */
export const apiKeys = pgTable(
  'api_keys',
  {
    keyId: uuid('key_id').primaryKey(),
    scope: text('scope', { enum: ['admin', 'business', 'instance'] }).notNull(),
    businessId: text('business_id').references(() => businesses.businessId, { onDelete: 'cascade' }),
    instanceId: text('instance_id').references(() => instances.instanceId, { onDelete: 'cascade' }),
    name: text('name').notNull(),
    /** SHA-256 of the whole token, hex. The token is 256 random bits, so a fast hash is right. */
    hash: text('hash').notNull(),
    createdAt: at('created_at').notNull().defaultNow(),
    expiresAt: at('expires_at'),
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

export const typebotIntegrations = pgTable('typebot_integrations', {
  typebotIntegrationId: uuid('typebot_integration_id').primaryKey(),
  instanceId: text('instance_id')
    .notNull()
    .unique()
    .references(() => instances.instanceId, { onDelete: 'cascade' }),
  publicId: text('public_id').notNull(),
  typebotURL: text('typebot_url').notNull(),
  enabled: boolean('enabled').notNull(),
  /** What the operator wrote; read with defaults by core's settings schema. */
  settings: jsonb('settings').notNull(),
  createdAt: at('created_at').notNull().defaultNow(),
  updatedAt: at('updated_at').notNull().defaultNow(),
});
