import { and, eq, getTableColumns } from 'drizzle-orm';
import type { Database } from '../database.ts';
import { businesses, instances } from '../schema/index.ts';
import { later, type Newest, newestFirst } from './newest.ts';
import { type Tenant, within } from './tenant.ts';

export type Instance = typeof instances.$inferSelect;

/** The database, or a transaction of it. */
export type Asked = Pick<Database['drizzle'], 'select' | 'insert' | 'update' | 'delete'>;

const columns = getTableColumns(instances);
const keys = { createdAt: instances.createdAt, id: instances.instanceId };

/** Null: the id is taken, by whomever. The business has to exist. */
export async function registerInstance(
  { drizzle }: Database,
  instance: { instanceId: string; businessId: string; name: string | null },
): Promise<Instance | null> {
  const [registered] = await drizzle.insert(instances).values(instance).onConflictDoNothing().returning();
  return registered ?? null;
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
  await asked.insert(instances).values(instance).onConflictDoNothing();
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
