import { and, eq } from 'drizzle-orm';
import type { Database } from '../database.ts';
import { businesses } from '../schema/index.ts';
import { later, type Newest, newestFirst } from './newest.ts';
import { ownsBusiness, type Tenant } from './tenant.ts';

export type Business = typeof businesses.$inferSelect;

const keys = { createdAt: businesses.createdAt, id: businesses.businessId };

/** Null: the id is taken. */
export async function createBusiness({ drizzle }: Database, business: { businessId: string; name: string }): Promise<Business | null> {
  const [created] = await drizzle.insert(businesses).values(business).onConflictDoNothing().returning();
  return created ?? null;
}

/** Null: there is none of this id, or it is another tenant's. */
export async function findBusiness({ drizzle }: Database, tenant: Tenant, businessId: string): Promise<Business | null> {
  if (!ownsBusiness(tenant, businessId)) return null;
  const [found] = await drizzle.select().from(businesses).where(eq(businesses.businessId, businessId));
  return found ?? null;
}

export async function listBusinesses({ drizzle }: Database, { limit, after }: Newest): Promise<Business[]> {
  return drizzle
    .select()
    .from(businesses)
    .where(and(later(keys, after)))
    .orderBy(...newestFirst(keys))
    .limit(limit);
}
