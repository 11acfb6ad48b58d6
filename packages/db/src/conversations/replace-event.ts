import type { InboundEvent } from '@typelane/core';
import type { Sql } from 'postgres';
import { toJsonb } from '../json.ts';

/** Puts a lighter form of an event in its place. Its order, ids and end stay as they are. */
export async function replaceEvent(
  sql: Sql<{ bigint: number }>,
  { conversationId, seq }: { conversationId: string; seq: number },
  event: InboundEvent,
): Promise<void> {
  await sql`update inbox set event = ${toJsonb(event)}::text::jsonb where conversation_id = ${conversationId} and seq = ${seq}`;
}
