import { randomUUID } from 'node:crypto';
import type { Sql } from 'postgres';
import { toText } from '../json.ts';

export type DeadLetter = {
  instanceId: string | null;
  source: 'inbound';
  /** Names the thing once, however often it is met. */
  sourceKey: string;
  reason: string;
  details: string[];
  payload: string;
};

/** Longer ones name no instance, and an index would refuse them. */
const instanceIdLengthMax = 200;

/**
 * Keeps what could not be taken into any inbox, and tells of it where the instance is known. Known source keys are left as they are; one
 * that was redriven and came back is open again.
 */
export async function bury(sql: Sql<{ bigint: number }>, letters: DeadLetter[]): Promise<void> {
  for (const letter of letters) await buryOne(sql, letter);
}

async function buryOne(sql: Sql<{ bigint: number }>, letter: DeadLetter): Promise<void> {
  const isNamed = letter.instanceId !== null && letter.instanceId.length <= instanceIdLengthMax;
  const row = {
    dead_letter_id: randomUUID(),
    instance_id: isNamed ? toText(letter.instanceId ?? '') : null,
    source: letter.source,
    source_key: toText(letter.sourceKey),
    reason: letter.reason,
    details: letter.details.map(toText),
    payload: toText(letter.payload),
    size_bytes: Buffer.byteLength(letter.payload),
  };
  await sql`
    with buried as (
      insert into dead_letters ${sql(row)}
      on conflict (source_key) do update set status = 'open', settled_at = null where dead_letters.status = 'redriven'
      returning dead_letter_id, instance_id, reason
    )
    insert into announcements (announcement_id, instance_id, type, data)
    select ${randomUUID()}::uuid, b.instance_id, 'message.dead',
      jsonb_build_object('instanceId', b.instance_id, 'businessId', n.business_id, 'sessionId', null, 'keyRemoteJid', null,
        'keyParticipant', null, 'keyId', null, 'reason', b.reason, 'deadLetterId', b.dead_letter_id)
    from buried b left join instances n using (instance_id)
    where b.instance_id is not null`;
}
