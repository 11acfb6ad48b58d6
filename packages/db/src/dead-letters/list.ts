import { and, asc, eq, getTableColumns, inArray, isNotNull, isNull, type SQL, sql } from 'drizzle-orm';
import type { Database } from '../database.ts';
import { conversations, deadLetters, inbox, instances } from '../schema/index.ts';
import { later, type Newest, newestFirst, type Place } from '../tenants/newest.ts';
import { type Tenant, within } from '../tenants/tenant.ts';
import { isUuid } from '../tenants/uuid.ts';

/** `keyRemoteJid` and `keyId`: null when it died at the door. */
export type DeadLetterRecord = Omit<typeof deadLetters.$inferSelect, 'payload' | 'sourceKey'> & {
  keyRemoteJid: string | null;
  keyId: string | null;
};

/** Whose letters: an instance's, or those that belong to no registered one. */
export type LetterOwner = { type: 'instance'; tenant: Tenant; instanceId: string } | { type: 'none' };

export type LetterFilter = { status?: DeadLetterRecord['status'] | undefined; reason?: string | undefined };

const { payload, sourceKey: _sourceKey, ...kept } = getTableColumns(deadLetters);
const columns = { ...kept, keyRemoteJid: conversations.jid, keyId: inbox.keyId };
const keys = { createdAt: deadLetters.createdAt, id: deadLetters.deadLetterId };

export async function listDeadLetters(
  database: Database,
  owner: LetterOwner,
  filter: LetterFilter,
  { limit, after }: Newest,
): Promise<DeadLetterRecord[]> {
  return lettersWhere(database, owner, matching(filter), later(keys, after))
    .orderBy(...newestFirst(keys))
    .limit(limit);
}

/** Open ones, the oldest first: the order in which they are said again. */
export async function openDeadLetters(
  database: Database,
  owner: LetterOwner,
  reason: string | undefined,
  { limit, after }: { limit: number; after: Place | null },
): Promise<DeadLetterRecord[]> {
  const isLater = after
    ? sql`(${keys.createdAt}, ${keys.id}) > (${after.createdAt.toISOString()}::timestamptz, ${after.id}::uuid)`
    : undefined;
  return lettersWhere(database, owner, matching({ status: 'open', reason }), isLater)
    .orderBy(...oldestFirst)
    .limit(limit);
}

/** Those of `ids` that are there, settled or not, the oldest first. */
export async function pickDeadLetters(database: Database, owner: LetterOwner, ids: string[]): Promise<DeadLetterRecord[]> {
  return lettersWhere(database, owner, inArray(deadLetters.deadLetterId, ids.filter(isUuid))).orderBy(...oldestFirst);
}

/** Null: there is none of this id, or it is another's. */
export async function findDeadLetter(
  database: Database,
  owner: LetterOwner,
  deadLetterId: string,
): Promise<(DeadLetterRecord & { payload: string }) | null> {
  const [found] = await pickDeadLetters(database, owner, [deadLetterId]);
  if (!found) return null;
  const [text] = await database.drizzle.select({ payload }).from(deadLetters).where(eq(deadLetters.deadLetterId, found.deadLetterId));
  return text ? { ...found, ...text } : null;
}

/** Of one burst all have the same time. */
const oldestFirst = [asc(keys.createdAt), asc(keys.id)];

function matching({ status, reason }: LetterFilter): SQL | undefined {
  return and(status && eq(deadLetters.status, status), reason === undefined ? undefined : eq(deadLetters.reason, reason));
}

function lettersWhere({ drizzle }: Database, owner: LetterOwner, ...conditions: (SQL | undefined)[]) {
  return drizzle
    .select(columns)
    .from(deadLetters)
    .leftJoin(instances, eq(instances.instanceId, deadLetters.instanceId))
    .leftJoin(conversations, eq(conversations.conversationId, deadLetters.conversationId))
    .leftJoin(inbox, and(eq(inbox.conversationId, deadLetters.conversationId), eq(inbox.seq, deadLetters.seq)))
    .where(and(ownedBy(owner), ...conditions));
}

function ownedBy(owner: LetterOwner): SQL | undefined {
  if (owner.type === 'none') return isNull(instances.instanceId);
  return and(eq(deadLetters.instanceId, owner.instanceId), isNotNull(instances.instanceId), within(owner.tenant));
}
