import { and, eq, type SQL } from 'drizzle-orm';
import { instances } from '../schema/index.ts';

/** Who a request acts for. Every query about an instance takes a tenant, so that none can reach another tenant's data. */
export type Tenant =
  | { scope: 'admin' }
  | { scope: 'business'; businessId: string }
  | { scope: 'instance'; businessId: string; instanceId: string };

/** The condition on `instances` for those that a tenant may reach; undefined: all. */
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
