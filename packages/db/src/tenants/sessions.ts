import { and, eq, getTableColumns, inArray, type SQL } from 'drizzle-orm';
import type { BotSession, Jid } from '@typelane/core';
import type { Database } from '../database.ts';
import { conversationsOf } from '../identities/chats.ts';
import { conversations, instances, sessions } from '../schema/index.ts';
import { later, type Newest, newestFirst } from './newest.ts';
import { type Tenant, within } from './tenant.ts';
import { isUuid } from './uuid.ts';

/** `keyRemoteJid` is in its normal form; `bot` as it stood at the last change of status. */
export type SessionRecord = Omit<typeof sessions.$inferSelect, 'bot'> & { bot: BotSession | null };

/** `keyRemoteJid`: any name of the contact, or a group. */
export type SessionFilter = { keyRemoteJid?: Jid | undefined; status?: SessionRecord['status'] | undefined };

const { bot, ...rest } = getTableColumns(sessions);
const columns = { ...rest, bot };
const keys = { createdAt: sessions.createdAt, id: sessions.sessionId };

export async function listSessions(
  database: Database,
  tenant: Tenant,
  instanceId: string,
  { keyRemoteJid, status }: SessionFilter,
  { limit, after }: Newest,
): Promise<SessionRecord[]> {
  const rows = await database.drizzle
    .select(columns)
    .from(sessions)
    .innerJoin(instances, eq(instances.instanceId, sessions.instanceId))
    .where(
      and(
        eq(sessions.instanceId, instanceId),
        within(tenant),
        keyRemoteJid && (await ofContact(database, instanceId, keyRemoteJid)),
        status === undefined ? undefined : eq(sessions.status, status),
        later(keys, after),
      ),
    )
    .orderBy(...newestFirst(keys))
    .limit(limit);
  return rows.map(asRecord);
}

/** A group's sessions, of all participants; a contact's under every name. The address is asked for as well, since it is indexed. */
async function ofContact({ sql, drizzle }: Database, instanceId: string, jid: Jid): Promise<SQL | undefined> {
  if (jid.kind === 'group') return eq(sessions.keyRemoteJid, jid.jid);
  const ids = await conversationsOf(sql, instanceId, jid);
  const addresses = drizzle.select({ jid: conversations.jid }).from(conversations).where(inArray(conversations.conversationId, ids));
  return and(inArray(sessions.keyRemoteJid, addresses), inArray(sessions.conversationId, ids));
}

/** Null: there is none of this id at this instance, or the instance is another tenant's. */
export async function findSession(
  { drizzle }: Database,
  tenant: Tenant,
  instanceId: string,
  sessionId: string,
): Promise<SessionRecord | null> {
  if (!isUuid(sessionId)) return null;
  const [found] = await drizzle
    .select(columns)
    .from(sessions)
    .innerJoin(instances, eq(instances.instanceId, sessions.instanceId))
    .where(and(eq(sessions.sessionId, sessionId), eq(sessions.instanceId, instanceId), within(tenant)));
  return found ? asRecord(found) : null;
}

/** Only core's own states are ever written there. */
function asRecord(row: typeof sessions.$inferSelect): SessionRecord {
  return { ...row, bot: row.bot as BotSession | null };
}
