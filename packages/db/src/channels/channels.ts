import { randomUUID } from 'node:crypto';
import { and, eq, getTableColumns, or, sql } from 'drizzle-orm';
import type { Database } from '../database.ts';
import { channels, instances } from '../schema/index.ts';
import { ensureInstance, selectInstance } from '../tenants/instances.ts';
import { type Tenant, within } from '../tenants/tenant.ts';
import { inDrizzleTransaction } from '../transaction.ts';

/** A channel as it is stored; `secrets` comes sealed. */
export type ChannelRow = typeof channels.$inferSelect;

/** What secrets of a channel are sealed about. */
export function channelSealedAbout(channelId: string): string {
  return `channel ${channelId}`;
}

export type NewChannel = { kind: string; settings: object; sealSecrets(channelId: string): string; tokenHash: string };

/**
 * Gives an instance its channel, or changes it. A changed channel keeps its token while its kind stays, so the gateway's webhook goes on
 * working. Registers the instance when it is unknown. `unreachable`: the instance is another tenant's.
 */
export async function putChannel(
  { drizzle }: Database,
  tenant: Tenant,
  instanceId: string,
  decide: (before: ChannelRow | null) => NewChannel,
): Promise<{ type: 'created' | 'changed'; channel: ChannelRow } | { type: 'unreachable' }> {
  return inDrizzleTransaction(drizzle, async (transaction) => {
    if (tenant.scope !== 'instance') {
      const businessId = tenant.scope === 'business' ? tenant.businessId : 'default';
      await ensureInstance(transaction, { instanceId, businessId, name: null });
    }
    if (!(await selectInstance(transaction, tenant, instanceId))) return { type: 'unreachable' };
    await transaction.select({}).from(instances).where(eq(instances.instanceId, instanceId)).for('no key update');
    const [before] = await transaction.select().from(channels).where(eq(channels.instanceId, instanceId));
    const { sealSecrets, ...wanted } = decide(before ?? null);
    if (before?.kind === wanted.kind) {
      const change = { settings: wanted.settings, secrets: sealSecrets(before.channelId), updatedAt: sql`clock_timestamp()` };
      const [channel] = await transaction.update(channels).set(change).where(eq(channels.instanceId, instanceId)).returning();
      if (!channel) throw new Error('The channel was not written');
      return { type: 'changed', channel };
    }
    await transaction.delete(channels).where(eq(channels.instanceId, instanceId));
    const channelId = randomUUID();
    const values = { ...wanted, instanceId, channelId, secrets: sealSecrets(channelId) };
    const [channel] = await transaction.insert(channels).values(values).returning();
    if (!channel) throw new Error('The channel was not written');
    return { type: 'created', channel };
  });
}

/** Null: there is none, or the instance is another tenant's. */
export async function findChannel({ drizzle }: Database, tenant: Tenant, instanceId: string): Promise<ChannelRow | null> {
  const [found] = await drizzle
    .select(getTableColumns(channels))
    .from(channels)
    .innerJoin(instances, eq(instances.instanceId, channels.instanceId))
    .where(and(eq(channels.instanceId, instanceId), within(tenant)));
  return found ?? null;
}

/** The removed one; null as for `findChannel`. */
export async function removeChannel(database: Database, tenant: Tenant, instanceId: string): Promise<ChannelRow | null> {
  const found = await findChannel(database, tenant, instanceId);
  if (!found) return null;
  const [removed] = await database.drizzle.delete(channels).where(eq(channels.channelId, found.channelId)).returning();
  return removed ?? null;
}

/** A new token. The one before stays valid, the one before that does not. */
export async function replaceChannelToken({ drizzle }: Database, channel: ChannelRow, tokenHash: string): Promise<void> {
  const change = { tokenHash, previousTokenHash: channel.tokenHash };
  await drizzle.update(channels).set(change).where(eq(channels.channelId, channel.channelId));
}

/** Whose webhook address this is. Asked by the gateway, on nobody's behalf: the token is the credential. */
export async function channelOfToken({ drizzle }: Database, tokenHash: string): Promise<ChannelRow | null> {
  const [found] = await drizzle
    .select()
    .from(channels)
    .where(or(eq(channels.tokenHash, tokenHash), eq(channels.previousTokenHash, tokenHash)));
  return found ?? null;
}

/** The channel that sends the replies of an instance. */
export async function channelOfInstance({ drizzle }: Database, instanceId: string): Promise<ChannelRow | null> {
  const [found] = await drizzle.select().from(channels).where(eq(channels.instanceId, instanceId));
  return found ?? null;
}
