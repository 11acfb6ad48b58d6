import { randomUUID } from 'node:crypto';
import { and, count, desc, eq, getTableColumns, isNotNull, sql } from 'drizzle-orm';
import type { SessionEventType } from '@typelane/core';
import type { Database } from '../database.ts';
import { sessionEvents, instances, webhookDeliveries, webhooks } from '../schema/index.ts';
import { type Asked, selectInstance } from '../tenants/instances.ts';
import { later, type Newest, newestFirst } from '../tenants/newest.ts';
import { type Tenant, within } from '../tenants/tenant.ts';
import { isUuid } from '../tenants/uuid.ts';
import { inDrizzleTransaction } from '../transaction.ts';

/** Without its secret. `types`: empty for all. */
export type WebhookRecord = Omit<typeof webhooks.$inferSelect, 'secret' | 'types'> & { types: SessionEventType[] };

export type NewWebhook = {
  instanceId: string;
  webhookId: string;
  url: string;
  types: SessionEventType[];
  enabled: boolean;
  secret: string;
};

const { secret: _sealed, ...shown } = getTableColumns(webhooks);

/** What a webhook's secret is sealed about. */
export function sealedAbout(webhookId: string): string {
  return `webhook ${webhookId}`;
}

/** Webhooks of one instance; each costs a delivery for each announcement. */
const webhooksPerInstanceMax = 10;

/** `unreachable`: there is no such instance, or it is another tenant's. `secret` comes sealed. */
export async function createWebhook(
  { drizzle }: Database,
  tenant: Tenant,
  wanted: NewWebhook,
): Promise<{ type: 'created'; webhook: WebhookRecord } | { type: 'unreachable' | 'too_many' }> {
  return inDrizzleTransaction(drizzle, async (transaction) => {
    const { instanceId } = wanted;
    if (!(await selectInstance(transaction, tenant, instanceId))) return { type: 'unreachable' };
    // So that of several at once none passes the limit.
    await transaction.select({}).from(instances).where(eq(instances.instanceId, instanceId)).for('no key update');
    const [there] = await transaction.select({ count: count() }).from(webhooks).where(eq(webhooks.instanceId, instanceId));
    if ((there?.count ?? 0) >= webhooksPerInstanceMax) return { type: 'too_many' };
    // As with tokens: nobody has the secret of a request that died before it was answered.
    const again = { target: webhooks.webhookId, set: { secret: wanted.secret } };
    const [webhook] = await transaction.insert(webhooks).values(wanted).onConflictDoUpdate(again).returning(shown);
    if (!webhook) throw new Error('The webhook was not written');
    return { type: 'created', webhook: asRecord(webhook) };
  });
}

/** The oldest first. */
export async function listWebhooks({ drizzle }: Database, tenant: Tenant, instanceId: string): Promise<WebhookRecord[]> {
  const rows = await drizzle
    .select(shown)
    .from(webhooks)
    .innerJoin(instances, eq(instances.instanceId, webhooks.instanceId))
    .where(and(eq(webhooks.instanceId, instanceId), within(tenant)))
    .orderBy(webhooks.createdAt, webhooks.webhookId);
  return rows.map(asRecord);
}

export type WebhookKey = { instanceId: string; webhookId: string };

/** Null: there is none of this id at this instance, or the instance is another tenant's. */
export async function findWebhook({ drizzle }: Database, tenant: Tenant, key: WebhookKey): Promise<WebhookRecord | null> {
  const [found] = isUuid(key.webhookId) ? await selectWebhook(drizzle, tenant, key) : [];
  return found ? asRecord(found) : null;
}

export type WebhookChange = { url?: string; types?: SessionEventType[]; enabled?: boolean; secret?: string };

/** Switched on, it begins without a past; switched off, what waits for it is given up. Null as for `findWebhook`. */
export async function changeWebhook(
  { drizzle }: Database,
  tenant: Tenant,
  key: WebhookKey,
  change: WebhookChange,
): Promise<WebhookRecord | null> {
  if (!isUuid(key.webhookId)) return null;
  const { webhookId } = key;
  return inDrizzleTransaction(drizzle, async (transaction) => {
    const [before] = await selectWebhook(transaction, tenant, key).for('update', { of: webhooks });
    if (!before) return null;
    const isSwitchedOn = change.enabled === true && !before.enabled;
    if (change.enabled === false) {
      const waiting = and(eq(webhookDeliveries.webhookId, webhookId), isNotNull(webhookDeliveries.nextAt));
      await transaction.update(webhookDeliveries).set({ nextAt: null }).where(waiting);
    }
    const [after] = await transaction
      .update(webhooks)
      .set({ ...change, ...(isSwitchedOn && { failingSince: null, disabledReason: null }), updatedAt: sql`clock_timestamp()` })
      .where(eq(webhooks.webhookId, webhookId))
      .returning(shown);
    return after ? asRecord(after) : null;
  });
}

/** With what waits for it. Null as for `findWebhook`. */
export async function removeWebhook({ drizzle }: Database, tenant: Tenant, key: WebhookKey): Promise<WebhookRecord | null> {
  if (!isUuid(key.webhookId)) return null;
  const mine = drizzle
    .select({ instanceId: instances.instanceId })
    .from(instances)
    .where(and(eq(instances.instanceId, key.instanceId), within(tenant)));
  const [removed] = await drizzle
    .delete(webhooks)
    .where(and(eq(webhooks.webhookId, key.webhookId), sql`${webhooks.instanceId} in ${mine}`))
    .returning(shown);
  return removed ? asRecord(removed) : null;
}

export type DeliveryRecord = {
  sessionEventId: string;
  type: string;
  attempts: number;
  createdAt: Date;
  nextAt: Date | null;
  deliveredAt: Date | null;
  failure: string | null;
};

const deliveryColumns = {
  sessionEventId: webhookDeliveries.sessionEventId,
  type: sessionEvents.type,
  attempts: webhookDeliveries.attempts,
  createdAt: webhookDeliveries.createdAt,
  nextAt: webhookDeliveries.nextAt,
  deliveredAt: webhookDeliveries.deliveredAt,
  failure: webhookDeliveries.failure,
};
const deliveryKeys = { createdAt: webhookDeliveries.createdAt, id: webhookDeliveries.sessionEventId };

/** Of a webhook that was found for its tenant; the newest first. */
export async function listDeliveries(
  { drizzle }: Database,
  { webhookId }: WebhookRecord,
  { limit, after }: Newest,
): Promise<DeliveryRecord[]> {
  return drizzle
    .select(deliveryColumns)
    .from(webhookDeliveries)
    .innerJoin(sessionEvents, eq(sessionEvents.sessionEventId, webhookDeliveries.sessionEventId))
    .where(and(eq(webhookDeliveries.webhookId, webhookId), later(deliveryKeys, after)))
    .orderBy(...newestFirst(deliveryKeys))
    .limit(limit);
}

/** Orders a `ping` for a webhook that was found for its tenant, also one that is off. It goes to nobody else. */
export async function orderPing({ drizzle }: Database, { webhookId, instanceId }: WebhookRecord): Promise<DeliveryRecord> {
  const sessionEventId = randomUUID();
  return inDrizzleTransaction(drizzle, async (transaction) => {
    const [instance] = await transaction
      .select({ businessId: instances.businessId })
      .from(instances)
      .where(eq(instances.instanceId, instanceId));
    const data = { instanceId, businessId: instance?.businessId ?? null, webhookId };
    const done = sql`clock_timestamp()`;
    await transaction.insert(sessionEvents).values({ sessionEventId, instanceId, type: 'ping', data, publishedAt: done, queuedAt: done });
    await transaction.insert(webhookDeliveries).values({ sessionEventId, webhookId });
    const [ordered] = await transaction
      .select(deliveryColumns)
      .from(webhookDeliveries)
      .innerJoin(sessionEvents, eq(sessionEvents.sessionEventId, webhookDeliveries.sessionEventId))
      .where(eq(webhookDeliveries.sessionEventId, sessionEventId))
      .orderBy(desc(webhookDeliveries.createdAt));
    if (!ordered) throw new Error('The ping was not written');
    return ordered;
  });
}

function selectWebhook(asked: Asked, tenant: Tenant, { instanceId, webhookId }: WebhookKey) {
  return asked
    .select(shown)
    .from(webhooks)
    .innerJoin(instances, eq(instances.instanceId, webhooks.instanceId))
    .where(and(eq(webhooks.webhookId, webhookId), eq(webhooks.instanceId, instanceId), within(tenant)));
}

/** The API lets only known types in. */
function asRecord(row: Omit<typeof webhooks.$inferSelect, 'secret'>): WebhookRecord {
  return { ...row, types: row.types as SessionEventType[] };
}
