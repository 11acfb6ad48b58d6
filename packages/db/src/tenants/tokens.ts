import { and, eq, gt, isNull, or, sql } from 'drizzle-orm';
import type { Database } from '../database.ts';
import { apiKeys } from '../schema/index.ts';
import { later, type Newest, newestFirst } from './newest.ts';
import type { Tenant } from './tenant.ts';
import { isUuid } from './uuid.ts';

/** Never with its hash. */
export type Token = Omit<typeof apiKeys.$inferSelect, 'hash'>;

/** Whom a token speaks for. The caller has made sure that business and instance exist and are the tenant's. */
export type TokenOwner = Tenant;

export type NewToken = { keyId: string; owner: TokenOwner; name: string; hash: string; expiresInDays: number | null };

const columns = {
  keyId: apiKeys.keyId,
  scope: apiKeys.scope,
  businessId: apiKeys.businessId,
  instanceId: apiKeys.instanceId,
  name: apiKeys.name,
  createdAt: apiKeys.createdAt,
  expiresAt: apiKeys.expiresAt,
  revokedAt: apiKeys.revokedAt,
};
const keys = { createdAt: apiKeys.createdAt, id: apiKeys.keyId };

export async function createToken({ drizzle }: Database, { keyId, owner, name, hash, expiresInDays }: NewToken): Promise<Token> {
  const expiresAt = expiresInDays === null ? null : sql`now() + ${expiresInDays}::int * interval '1 day'`;
  const [created] = await drizzle
    .insert(apiKeys)
    .values({ keyId, name, hash, expiresAt, ...ownerColumns(owner) })
    // Only a request that died before it was answered comes again under the same id: nobody has its token.
    .onConflictDoUpdate({ target: apiKeys.keyId, set: { hash } })
    .returning(columns);
  if (!created) throw new Error('The token was not created');
  return created;
}

/** The owner and hash of a token that is in force; null: unknown, revoked or expired. */
export async function findToken({ drizzle }: Database, keyId: string): Promise<{ owner: TokenOwner; hash: string } | null> {
  if (!isUuid(keyId)) return null;
  const [found] = await drizzle
    .select()
    .from(apiKeys)
    .where(
      and(
        eq(apiKeys.keyId, keyId),
        isNull(apiKeys.revokedAt),
        or(isNull(apiKeys.expiresAt), gt(apiKeys.expiresAt, sql`clock_timestamp()`)),
      ),
    );
  return found ? { owner: ownerOf(found), hash: found.hash } : null;
}

/** Revoked and expired ones too. Those of the owner itself: a business's list does not show its instances' tokens. */
export async function listTokens({ drizzle }: Database, owner: TokenOwner, { limit, after }: Newest): Promise<Token[]> {
  return drizzle
    .select(columns)
    .from(apiKeys)
    .where(and(owned(owner), later(keys, after)))
    .orderBy(...newestFirst(keys))
    .limit(limit);
}

/** From now on nobody gets in with it. Revoked before: stays as it was. Null: the owner has no such token. */
export async function revokeToken({ drizzle }: Database, owner: TokenOwner, keyId: string): Promise<Token | null> {
  if (!isUuid(keyId)) return null;
  const [revoked] = await drizzle
    .update(apiKeys)
    .set({ revokedAt: sql`coalesce(${apiKeys.revokedAt}, clock_timestamp())` })
    .where(and(eq(apiKeys.keyId, keyId), owned(owner)))
    .returning(columns);
  return revoked ?? null;
}

function ownerColumns(owner: TokenOwner) {
  return {
    scope: owner.scope,
    businessId: owner.scope === 'admin' ? null : owner.businessId,
    instanceId: owner.scope === 'instance' ? owner.instanceId : null,
  };
}

function owned(owner: TokenOwner) {
  const { scope, businessId, instanceId } = ownerColumns(owner);
  return and(
    eq(apiKeys.scope, scope),
    businessId === null ? undefined : eq(apiKeys.businessId, businessId),
    instanceId === null ? undefined : eq(apiKeys.instanceId, instanceId),
  );
}

/** The table's check constraint says the same; a row that breaks it may do nothing. */
function ownerOf({ scope, businessId, instanceId }: Pick<Token, 'scope' | 'businessId' | 'instanceId'>): TokenOwner {
  if (scope === 'admin') return { scope };
  if (scope === 'business' && businessId !== null) return { scope, businessId };
  if (scope === 'instance' && businessId !== null && instanceId !== null) return { scope, businessId, instanceId };
  throw new Error(`A token of scope ${scope} has no owner`);
}
