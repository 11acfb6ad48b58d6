import { type Jid, parseJid } from '@typelane/core';
import type { Sql, TransactionSql } from 'postgres';
import { conversationId } from '../conversation-id.ts';
import { isOtherName } from './addressed-event.ts';
import { keyOf, lookUp } from './names.ts';

/** The conversations a contact has or had at an instance, under any of their names. */
export async function conversationsOf(sql: Sql<{ bigint: number }>, instanceId: string, jid: Jid): Promise<string[]> {
  const phone = await canonicalOf(sql, instanceId, jid);
  const others = await sql<{ jid: string }[]>`select jid from identities where instance_id = ${instanceId} and phone_jid = ${phone.key}`;
  const names = [jid, phone, ...others.map((other) => parseJid(other.jid))];
  return [...new Set(names.flatMap((name) => (name ? [conversationId(instanceId, name)] : [])))];
}

/** Where the contact of a conversation is heard now: there, or in the phone's conversation that took its place. */
export async function currentConversationOf(sql: Sql<{ bigint: number }>, id: string): Promise<string> {
  const [row] = await sql<{ instance_id: string; jid: string; participant: string | null }[]>`
    select instance_id, jid, participant from conversations where conversation_id = ${id}`;
  const jid = row && parseJid(row.jid);
  if (!row || !jid) return id;
  const participant = row.participant === null ? null : parseJid(row.participant);
  const canonical = await canonicalOf(sql, row.instance_id, jid);
  return conversationId(row.instance_id, canonical, participant && (await canonicalOf(sql, row.instance_id, participant)));
}

/** The chat a contact of this name is heard in. */
export async function chatOf(
  sql: Sql<{ bigint: number }>,
  instanceId: string,
  jid: Jid,
): Promise<{ conversationId: string; instanceId: string; jid: string }> {
  const canonical = await canonicalOf(sql, instanceId, jid);
  return { conversationId: conversationId(instanceId, canonical), instanceId, jid: canonical.jid };
}

/** The phone of a name, if it is known; else the name itself. */
async function canonicalOf(sql: Sql<{ bigint: number }> | TransactionSql<{ bigint: number }>, instanceId: string, jid: Jid): Promise<Jid> {
  if (!isOtherName(jid)) return jid;
  const name = { instanceId, jid: jid.jid };
  return parseJid((await lookUp(sql, [name])).get(keyOf(name)) ?? jid.jid) ?? jid;
}
