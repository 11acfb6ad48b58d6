import { and, eq, getTableColumns, inArray, sql } from 'drizzle-orm';
import type { Database } from '../database.ts';
import { bulkStarts, instances } from '../schema/index.ts';
import { later, type Newest, newestFirst } from '../tenants/newest.ts';
import { type Tenant, within } from '../tenants/tenant.ts';
import { isUuid } from '../tenants/uuid.ts';
import type { BulkStart } from './create.ts';

const columns = getTableColumns(bulkStarts);
const keys = { createdAt: bulkStarts.createdAt, id: bulkStarts.bulkStartId };

export async function listBulkStarts(
  { drizzle }: Database,
  tenant: Tenant,
  instanceId: string,
  { limit, after }: Newest,
): Promise<BulkStart[]> {
  return drizzle
    .select(columns)
    .from(bulkStarts)
    .innerJoin(instances, eq(instances.instanceId, bulkStarts.instanceId))
    .where(and(eq(bulkStarts.instanceId, instanceId), within(tenant), later(keys, after)))
    .orderBy(...newestFirst(keys))
    .limit(limit);
}

/** Null: there is none of this id at this instance, or the instance is another tenant's. */
export async function findBulkStart(
  { drizzle }: Database,
  tenant: Tenant,
  instanceId: string,
  bulkStartId: string,
): Promise<BulkStart | null> {
  if (!isUuid(bulkStartId)) return null;
  const [found] = await drizzle
    .select(columns)
    .from(bulkStarts)
    .innerJoin(instances, eq(instances.instanceId, bulkStarts.instanceId))
    .where(and(eq(bulkStarts.bulkStartId, bulkStartId), eq(bulkStarts.instanceId, instanceId), within(tenant)));
  return found ?? null;
}

/** Changes the status of one that is not over. Null: it is done or cancelled. */
export async function changeBulkStart(
  { drizzle }: Database,
  bulkStartId: string,
  status: 'running' | 'paused' | 'cancelled',
): Promise<BulkStart | null> {
  const [changed] = await drizzle
    .update(bulkStarts)
    // What was paused for an hour does not make up for it.
    .set({ status, nextAt: sql`greatest(${bulkStarts.nextAt}, clock_timestamp())`, updatedAt: sql`clock_timestamp()` })
    .where(and(eq(bulkStarts.bulkStartId, bulkStartId), inArray(bulkStarts.status, ['running', 'paused'])))
    .returning();
  return changed ?? null;
}
