import type { Sql } from 'postgres';
import type { InboundEvent } from '@typelane/core';

/** An event of an inbox. `receivedAt`: milliseconds since 1970. */
export type WaitingRow = { kind: 'message' | 'command'; receivedAt: number; event: InboundEvent };

/** Events from `seq` on that were not handled, the oldest first. */
export async function waitingFrom(sql: Sql<{ bigint: number }>, conversationId: string, seq: number, limit: number): Promise<WaitingRow[]> {
  const rows = await sql<{ kind: WaitingRow['kind']; received_at: string; event: InboundEvent }[]>`
    select kind, extract(epoch from received_at) * 1000 as received_at, event
    from inbox where conversation_id = ${conversationId} and seq >= ${seq} order by seq limit ${limit}`;
  return rows.map(({ kind, received_at, event }) => ({ kind, event, receivedAt: Number(received_at) }));
}
