import { randomUUID } from 'node:crypto';
import type { Sql } from 'postgres';
import { type Command, parseJid } from '@typelane/core';
import { conversationId } from '../conversation-id.ts';
import { type Arrival, ingest } from './ingest.ts';

/** Where a command stands in its chat's inbox. */
export type Ordered = { conversationId: string; seq: number };

/**
 * Puts an operator's command into the inbox of a chat, behind what is there. It takes effect when a worker comes to it: ring
 * for the chat afterwards. A pause or close makes the bot fall silent at once. Throws when `address` is no WhatsApp address.
 */
export async function order(sql: Sql<{ bigint: number }>, instanceId: string, address: string, command: Command): Promise<Ordered> {
  const jid = parseJid(address);
  if (!jid) throw new Error('Expected `address` to be a WhatsApp address');
  const chat = { conversationId: conversationId(instanceId, jid), instanceId, jid: jid.jid };
  const [taken] = await ingest(sql, [commandArrival(chat, command, `command-${randomUUID()}`)]);
  if (!taken) throw new Error('The command was not taken in');
  return { conversationId: chat.conversationId, seq: taken.seq };
}

/** A command as an event of its chat. `keyId`: a second one of the same is left out. */
export function commandArrival(
  chat: { conversationId: string; instanceId: string; jid: string },
  command: Command,
  keyId: string,
): Arrival {
  const holds = command.type === 'pause' || command.type === 'close';
  return { ...chat, kind: 'command', fromMe: true, keyId, messageId: keyId, event: command, holds };
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
