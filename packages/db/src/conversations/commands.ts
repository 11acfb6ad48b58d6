import { randomUUID } from 'node:crypto';
import type { Sql } from 'postgres';
import { type Command, parseJid } from '@typelane/core';
import { conversationId } from '../conversation-id.ts';
import { conversationsOf, currentConversationOf } from '../identities/chats.ts';
import { ingestEvents } from '../identities/ingest-events.ts';
import { type Arrival, ingest } from './ingest.ts';

/** Where a command stands in its chat's inbox. */
export type Ordered = { conversationId: string; seq: number };

/** Where a command goes: to whom an address belongs, or into a conversation that is known. */
export type Destination = string | { conversationId: string; keyRemoteJid: string };

/**
 * Puts an operator's command into the inbox of a chat, behind what is there. It takes effect when a worker comes to it: ring
 * for the chat afterwards. A pause or close makes the bot fall silent at once. `commandId`: a second order under the same id is the first
 * one. Throws when an address is none of WhatsApp's.
 */
export async function order(
  sql: Sql<{ bigint: number }>,
  instanceId: string,
  to: Destination,
  command: Command,
  commandId: string = randomUUID(),
): Promise<Ordered> {
  const address = parseJid(typeof to === 'string' ? to : to.keyRemoteJid);
  if (!address) throw new Error('Expected `to` to be a WhatsApp address');
  const chat = { conversationId: conversationId(instanceId, address), instanceId, jid: address.jid };
  const arrival = commandArrival(chat, command, `command-${commandId}`);
  const [ingested] =
    typeof to === 'string'
      ? await ingestEvents(sql, [{ ...arrival, address, participant: null, pair: null }])
      : await ingest(sql, [{ ...arrival, conversationId: await inboxFor(sql, to.conversationId, command) }]);
  return ingested
    ? { conversationId: ingested.conversationId, seq: ingested.seq }
    : knownCommand(sql, [chat.conversationId, ...(await conversationsOf(sql, instanceId, address))], arrival.keyId);
}

/** A command that was ordered before under the same id. */
async function knownCommand(sql: Sql<{ bigint: number }>, conversationIds: string[], keyId: string): Promise<Ordered> {
  const [known] = await sql<Ordered[]>`
    select i.conversation_id as "conversationId", i.seq 
    from inbox i where i.conversation_id = any(${conversationIds}::uuid[]) and i.from_me and i.key_id = ${keyId}`;
  if (!known) throw new Error('The command is neither new nor known');
  return known;
}

/** A session that is opened again lives where its contact is heard now. */
function inboxFor(sql: Sql<{ bigint: number }>, id: string, { type }: Command): Promise<string> | string {
  return type === 'open' ? currentConversationOf(sql, id) : id;
}

/** A command as an event of its chat. `keyId`: a second one of the same is left out. */
export function commandArrival(
  chat: { conversationId: string; instanceId: string; jid: string },
  command: Command,
  keyId: string,
): Arrival {
  const holdsReplies = command.type === 'pause' || command.type === 'close';
  return { ...chat, kind: 'command', fromMe: true, keyId, messageId: keyId, event: command, holdsReplies };
}

/** How a command ended; null while it waits. */
export async function outcomeOf(
  sql: Sql<{ bigint: number }>,
  { conversationId: id, seq }: Ordered,
): Promise<{ final: string; reason: string | null } | null> {
  const [turn] = await sql<{ final: string; reason: string | null }[]>`
    select final, reason from turns where conversation_id = ${id} and seq = ${seq}`;
  return turn ?? null;
}
