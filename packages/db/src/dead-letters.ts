import { randomUUID } from 'node:crypto';
import type { Sql } from 'postgres';
import { toText } from './json.ts';

export type DeadLetter = {
  instanceId: string | null;
  source: 'inbound';
  /** Names the thing once, however often it is met. */
  sourceKey: string;
  reason: string;
  details: string[];
  payload: string;
};

/** Keeps what could not be taken into any inbox. Known source keys are left as they are. */
export async function bury(sql: Sql<{ bigint: number }>, letters: DeadLetter[]): Promise<void> {
  const rows = letters.map((letter) => ({
    dead_letter_id: randomUUID(),
    instance_id: letter.instanceId === null ? null : toText(letter.instanceId),
    source: letter.source,
    source_key: toText(letter.sourceKey),
    reason: letter.reason,
    details: letter.details.map(toText),
    payload: toText(letter.payload),
    size_bytes: Buffer.byteLength(letter.payload),
  }));
  for (const row of rows) await sql`insert into dead_letters ${sql(row)} on conflict (source_key) do nothing`;
}
