import { randomUUID } from 'node:crypto';
import { and, eq, getTableColumns, sql } from 'drizzle-orm';
import type { Database } from '../database.ts';
import { instances, typebotIntegrations } from '../schema/index.ts';
import { orderClosing, type SessionClosing } from './closing.ts';
import { inDrizzleTransaction } from '../transaction.ts';
import { type Asked, ensureInstance, selectInstance } from './instances.ts';
import { type Tenant, within } from './tenant.ts';

/** `settings` are as the operator wrote them: read them with core's settings schema. */
export type IntegrationRecord = typeof typebotIntegrations.$inferSelect;

export type NewIntegration = {
  instanceId: string;
  /** Where the instance is registered if it is not yet; null: the token's own business, or `default`. */
  businessId: string | null;
  instanceName: string | null;
  publicId: string;
  typebotURL: string;
  enabled: boolean;
  settings: unknown;
};

/**
 * - `exists`: the instance has an integration.
 * - `unreachable`: the instance is another tenant's.
 * - `elsewhere`: the instance is registered with another business than the one that was named.
 */
export type Created = { type: 'created'; integration: IntegrationRecord } | { type: 'exists' | 'unreachable' | 'elsewhere' };

const columns = getTableColumns(typebotIntegrations);

/** Of several at once for the same instance one creates and the others find it there. Registers the instance when it is unknown. */
export async function createIntegration({ drizzle }: Database, tenant: Tenant, wanted: NewIntegration): Promise<Created> {
  return inDrizzleTransaction(drizzle, async (transaction): Promise<Created> => {
    const { instanceId, instanceName } = wanted;
    if (tenant.scope !== 'instance') {
      const businessId = tenant.scope === 'business' ? tenant.businessId : (wanted.businessId ?? 'default');
      await ensureInstance(transaction, { instanceId, businessId, name: instanceName });
    }
    const instance = await selectInstance(transaction, tenant, instanceId);
    if (!instance) return { type: 'unreachable' };
    if (wanted.businessId !== null && wanted.businessId !== instance.businessId) return { type: 'elsewhere' };
    const { publicId, typebotURL, enabled, settings } = wanted;
    const [integration] = await transaction
      .insert(typebotIntegrations)
      .values({ typebotIntegrationId: randomUUID(), instanceId, publicId, typebotURL, enabled, settings })
      .onConflictDoNothing()
      .returning();
    if (!integration) return { type: 'exists' };
    if (instanceName !== null) await transaction.update(instances).set({ name: instanceName }).where(eq(instances.instanceId, instanceId));
    return { type: 'created', integration };
  });
}

/** Null: there is none, or the instance is another tenant's. */
export async function findIntegration({ drizzle }: Database, tenant: Tenant, instanceId: string): Promise<IntegrationRecord | null> {
  const [found] = await selectIntegration(drizzle, tenant, instanceId);
  return found ?? null;
}

export type IntegrationChange = Partial<Pick<IntegrationRecord, 'publicId' | 'typebotURL' | 'enabled' | 'settings'>>;

/**
 * Changes an integration by what it is at this moment, so that concurrent changes do not undo one another. `closing`: its sessions are
 * to end, with reason `replaced`. Null as for `findIntegration`.
 */
export async function changeIntegration(
  { drizzle }: Database,
  tenant: Tenant,
  instanceId: string,
  decide: (before: IntegrationRecord) => IntegrationChange & { closesSessions?: boolean },
): Promise<{ after: IntegrationRecord; closing: SessionClosing | null } | null> {
  return inDrizzleTransaction(drizzle, async (transaction) => {
    const [before] = await selectIntegration(transaction, tenant, instanceId).for('update', { of: typebotIntegrations });
    if (!before) return null;
    // Readers take `updatedAt` for the version of what they keep: it rises with every change, also within a millisecond.
    const updatedAt = sql`greatest(clock_timestamp(), ${typebotIntegrations.updatedAt} + interval '1 millisecond')`;
    const { closesSessions = false, ...wanted } = decide(before);
    const [after] = await transaction
      .update(typebotIntegrations)
      .set({ ...wanted, updatedAt })
      .where(eq(typebotIntegrations.typebotIntegrationId, before.typebotIntegrationId))
      .returning();
    if (!after) return null;
    return { after, closing: closesSessions ? await orderClosing(transaction, instanceId, 'replaced') : null };
  });
}

/** Removes an integration and orders the end of its sessions. Null as for `findIntegration`. */
export async function removeIntegration(
  { drizzle }: Database,
  tenant: Tenant,
  instanceId: string,
): Promise<{ integration: IntegrationRecord; closing: SessionClosing } | null> {
  return inDrizzleTransaction(drizzle, async (transaction) => {
    if (!(await selectInstance(transaction, tenant, instanceId))) return null;
    const [integration] = await transaction.delete(typebotIntegrations).where(eq(typebotIntegrations.instanceId, instanceId)).returning();
    return integration ? { integration, closing: await orderClosing(transaction, instanceId, 'integration_removed') } : null;
  });
}

function selectIntegration(asked: Asked, tenant: Tenant, instanceId: string) {
  return asked
    .select(columns)
    .from(typebotIntegrations)
    .innerJoin(instances, eq(instances.instanceId, typebotIntegrations.instanceId))
    .where(and(eq(typebotIntegrations.instanceId, instanceId), within(tenant)));
}
