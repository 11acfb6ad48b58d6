import { and, eq, type SQL } from 'drizzle-orm';
import { instances } from '../schema/index.ts';

/** On whose behalf something is asked. Every question about an instance takes one, so that none can be asked across tenants. */
export type Tenant =
  | { scope: 'admin' }
  | { scope: 'business'; businessId: string }
  | { scope: 'instance'; businessId: string; instanceId: string };

/** The instances a tenant may reach, as a condition on `instances`; undefined: all. */
export function within(tenant: Tenant): SQL | undefined {
  switch (tenant.scope) {
    case 'admin':
      return undefined;
    case 'business':
      return eq(instances.businessId, tenant.businessId);
    case 'instance':
      return and(eq(instances.instanceId, tenant.instanceId), eq(instances.businessId, tenant.businessId));
  }
}

/** Whether a tenant may act on a business as a whole. */
export function ownsBusiness(tenant: Tenant, businessId: string): boolean {
  return tenant.scope === 'admin' || (tenant.scope === 'business' && tenant.businessId === businessId);
}
