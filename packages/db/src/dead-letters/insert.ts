import type { Sql } from 'postgres';
import { toJsonb, toText } from '../json.ts';

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

/** Bytes of payloads in one statement, and rows. A single larger payload goes alone. */
const statement = { bytesMax: 4 * 1_024 * 1_024, rowsMax: 1_000 };

/**
 * Keeps what could not be taken into any inbox, and tells of it where the instance is known. Known source keys are left as they are; one
 * that was redriven and came back is open again.
 */
export async function insertDeadLetters(sql: Sql<{ bigint: number }>, letters: DeadLetter[]): Promise<void> {
  // One statement cannot meet the same key twice.
  const once = [...new Map(letters.map((letter) => [toText(letter.sourceKey), letter])).values()];
  for (const some of chunks(once)) await buryAll(sql, some);
}

function chunks(letters: DeadLetter[]): DeadLetter[][] {
  const all: DeadLetter[][] = [];
  let bytes = Infinity;
  for (const letter of letters) {
    bytes += letter.payload.length;
    const last = all.at(-1);
    if (last === undefined || bytes > statement.bytesMax || last.length >= statement.rowsMax) {
      all.push([letter]);
      bytes = letter.payload.length;
    } else last.push(letter);
  }
  return all;
}

async function buryAll(sql: Sql<{ bigint: number }>, letters: DeadLetter[]): Promise<void> {
  await sql`
    with letter as (
      select nullif(instance_id, '') as instance_id, source, source_key, reason,
        array(select jsonb_array_elements_text(details::jsonb)) as details, payload, size_bytes::int as size_bytes
      from unnest(
        ${letters.map(({ instanceId }) => instanceNamed(instanceId))}::text[], ${letters.map(({ source }) => source)}::text[],
        ${letters.map(({ sourceKey }) => toText(sourceKey))}::text[], ${letters.map(({ reason }) => reason)}::text[],
        ${letters.map(({ details }) => toJsonb(details))}::text[], ${letters.map(({ payload }) => toText(payload))}::text[],
        ${letters.map(({ payload }) => String(Buffer.byteLength(payload)))}::text[]
      ) as l (instance_id, source, source_key, reason, details, payload, size_bytes)
    ), buried as (
      insert into dead_letters (dead_letter_id, instance_id, source, source_key, reason, details, payload, size_bytes)
      select gen_random_uuid(), instance_id, source, source_key, reason, details, payload, size_bytes from letter
      on conflict (source_key) do update set status = 'open', settled_at = null where dead_letters.status = 'redriven'
      returning dead_letter_id, instance_id, reason
    )
    insert into session_events (session_event_id, instance_id, type, data)
    select gen_random_uuid(), b.instance_id, 'message.dead',
      jsonb_build_object('instanceId', b.instance_id, 'businessId', n.business_id, 'sessionId', null, 'keyRemoteJid', null,
        'keyParticipant', null, 'keyId', null, 'reason', b.reason, 'deadLetterId', b.dead_letter_id)
    from buried b left join instances n using (instance_id)
    where b.instance_id is not null`;
}

/** Empty: none. */
function instanceNamed(instanceId: string | null): string {
  return instanceId === null || instanceId.length > instanceIdLengthMax ? '' : toText(instanceId);
}
