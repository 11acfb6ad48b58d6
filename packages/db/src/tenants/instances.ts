import { and, eq, getTableColumns } from 'drizzle-orm';
import type { Database } from '../database.ts';
import { businesses, instances, retiredInstances } from '../schema/index.ts';
import { inDrizzleTransaction } from '../transaction.ts';
import { orderClosing, type SessionClosing } from './closing.ts';
import { later, type Newest, newestFirst } from './newest.ts';
import { type Tenant, within } from './tenant.ts';

export type Instance = typeof instances.$inferSelect;

/** The database, or a transaction of it. */
export type Asked = Pick<Database['drizzle'], 'select' | 'insert' | 'update' | 'delete'>;

const columns = getTableColumns(instances);
const keys = { createdAt: instances.createdAt, id: instances.instanceId };

/** Null: the id is in use, or reserved for another business. The business has to exist. */
export async function registerInstance(
  { drizzle }: Database,
  instance: { instanceId: string; businessId: string; name: string | null },
): Promise<Instance | null> {
  return inDrizzleTransaction(drizzle, async (transaction) => insertInstance(transaction, instance));
}

/** An id that was removed before goes to its own business only. */
async function insertInstance(
  asked: Asked,
  instance: { instanceId: string; businessId: string; name: string | null },
): Promise<Instance | null> {
  const { instanceId, businessId } = instance;
  const [retired] = await asked.select().from(retiredInstances).where(eq(retiredInstances.instanceId, instanceId));
  if (retired && retired.businessId !== businessId) return null;
  const [registered] = await asked.insert(instances).values(instance).onConflictDoNothing().returning();
  if (registered && retired) await asked.delete(retiredInstances).where(eq(retiredInstances.instanceId, instanceId));
  return registered ?? null;
}

/**
 * Removes an instance with its integration, tokens, webhooks and bulk starts. Its sessions are closed with reason `integration_removed`, in the
 * background; its events end as ignored from now on. Conversations stay on record. Null: not registered, or another tenant's.
 */
export async function removeInstance(
  { drizzle }: Database,
  tenant: Tenant,
  { businessId, instanceId }: { businessId: string; instanceId: string },
): Promise<{ instance: Instance; closing: SessionClosing } | null> {
  return inDrizzleTransaction(drizzle, async (transaction) => {
    const found = await selectInstance(transaction, tenant, instanceId);
    if (found?.businessId !== businessId) return null;
    const [instance] = await transaction.delete(instances).where(eq(instances.instanceId, instanceId)).returning();
    if (!instance) return null;
    await transaction.insert(retiredInstances).values({ instanceId, businessId }).onConflictDoNothing();
    return { instance, closing: await orderClosing(transaction, instanceId, 'integration_removed') };
  });
}

/** Null: not registered, or another tenant's. */
export async function findInstance({ drizzle }: Database, tenant: Tenant, instanceId: string): Promise<Instance | null> {
  return selectInstance(drizzle, tenant, instanceId);
}

export async function selectInstance(asked: Asked, tenant: Tenant, instanceId: string): Promise<Instance | null> {
  const [found] = await asked
    .select(columns)
    .from(instances)
    .where(and(eq(instances.instanceId, instanceId), within(tenant)));
  return found ?? null;
}

/** Makes sure that the business and the instance are there. An instance that is registered already stays as it is. */
export async function ensureInstance(
  asked: Asked,
  instance: { instanceId: string; businessId: string; name: string | null },
): Promise<void> {
  const { businessId } = instance;
  await asked.insert(businesses).values({ businessId, name: businessId }).onConflictDoNothing();
  await insertInstance(asked, instance);
}

export async function listInstances(
  { drizzle }: Database,
  tenant: Tenant,
  businessId: string,
  { limit, after }: Newest,
): Promise<Instance[]> {
  return drizzle
    .select(columns)
    .from(instances)
    .where(and(eq(instances.businessId, businessId), within(tenant), later(keys, after)))
    .orderBy(...newestFirst(keys))
    .limit(limit);
}
