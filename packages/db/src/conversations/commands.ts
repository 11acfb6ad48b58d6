import { randomUUID } from 'node:crypto';
import type { Sql } from 'postgres';
import { type Command, parseJid } from '@typelane/core';
import { conversationId } from '../conversation-id.ts';
import { conversationsOf, currentConversationOf } from '../identities/chats.ts';
import { ingestEvents } from '../identities/ingest-events.ts';
import { type Arrival, ingest } from './ingest.ts';

/** A command's place in an inbox. */
export type Ordered = { conversationId: string; seq: number };

/** Where a command goes: to the contact with this address, or to a known conversation. */
export type Destination = string | { conversationId: string; keyRemoteJid: string };

/**
 * Inserts an operator's command at the tail of a conversation's inbox. It takes effect when a worker handles it; wake the conversation
 * afterwards. A pause or close silences the bot at once. `commandId`: repeating a command under the same id returns the first one. Throws if an
 * address is not a WhatsApp address.
 */
export async function order(
  sql: Sql<{ bigint: number }>,
  instanceId: string,
  to: Destination,
  command: Command,
  commandId: string = randomUUID(),
): Promise<Ordered> {
  const address = parseJid(typeof to === 'string' ? to : to.keyRemoteJid);
  if (!address) throw new Error('`to` must be a WhatsApp address');
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

/** A session that is reopened continues in the conversation that its contact has now. */
function inboxFor(sql: Sql<{ bigint: number }>, id: string, { type }: Command): Promise<string> | string {
  return type === 'open' ? currentConversationOf(sql, id) : id;
}

/** A command as an event of its conversation. `keyId`: a second command with the same one is left out. */
export function commandArrival(
  chat: { conversationId: string; instanceId: string; jid: string },
  command: Command,
  keyId: string,
): Arrival {
  const holdsReplies = command.type === 'pause' || command.type === 'close';
  return { ...chat, kind: 'command', fromMe: true, keyId, messageId: keyId, event: command, holdsReplies };
}

/** How a command ended; null: it is not handled yet. */
export async function outcomeOf(
  sql: Sql<{ bigint: number }>,
  { conversationId: id, seq }: Ordered,
): Promise<{ final: string; reason: string | null } | null> {
  const [turn] = await sql<{ final: string; reason: string | null }[]>`
    select final, reason from turns where conversation_id = ${id} and seq = ${seq}`;
  return turn ?? null;
}
