import type { Final, TranscriptEntry } from '@typelane/core';
import type { Sql, TransactionSql } from 'postgres';
import { deadLetterIdOf } from '../conversation-id.ts';
import { toJsonb, toText } from '../json.ts';

/** An event that could not be ingested. */
export type DeadLetter = {
  /** Null: the event names none that can be read. */
  instanceId: string | null;
  source: 'inbound';
  /** Identifies the event, so it becomes one dead letter however often it dies. */
  sourceKey: string;
  reason: string;
  details: string[];
  payload: string;
};

/** Longer ids name no instance, and the index would refuse them. */
const instanceIdLengthMax = 200;

/** Limits of one statement. A larger payload gets a statement of its own. */
const statement = { bytesMax: 4 * 1_024 * 1_024, rowsMax: 1_000 };

/**
 * Stores events that could not be ingested, with a session event for each whose instance is known. Known source keys stay as they are; one
 * that was redriven and died again is reopened.
 */
export async function insertDeadLetters(sql: Sql<{ bigint: number }>, letters: DeadLetter[]): Promise<void> {
  // One `on conflict` statement must not contain the same key twice.
  const once = [...new Map(letters.map((letter) => [toText(letter.sourceKey), letter])).values()];
  for (const chunk of chunks(once)) await insertChunk(sql, chunk);
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

async function insertChunk(sql: Sql<{ bigint: number }>, letters: DeadLetter[]): Promise<void> {
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
    ), inserted as (
      insert into dead_letters (dead_letter_id, instance_id, source, source_key, reason, details, payload, size_bytes)
      select gen_random_uuid(), instance_id, source, source_key, reason, details, payload, size_bytes from letter
      on conflict (source_key) do update set status = 'open', settled_at = null where dead_letters.status = 'redriven'
      returning dead_letter_id, instance_id, reason
    )
    insert into session_events (session_event_id, instance_id, type, data)
    select gen_random_uuid(), d.instance_id, 'message.dead',
      jsonb_build_object('instanceId', d.instance_id, 'businessId', n.business_id, 'sessionId', null, 'keyRemoteJid', null,
        'keyParticipant', null, 'keyId', null, 'reason', d.reason, 'deadLetterId', d.dead_letter_id)
    from inserted d left join instances n using (instance_id)
    where d.instance_id is not null`;
}

/** Empty: null. */
function instanceNamed(instanceId: string | null): string {
  return instanceId === null || instanceId.length > instanceIdLengthMax ? '' : toText(instanceId);
}

/** The parts of a step that can cause dead letters. */
type Ended = {
  conversationId: string;
  seq: number;
  events: number;
  final: (Final & { transcript: TranscriptEntry[] }) | null;
};

/**
 * The part of a commit that stores each message of a dead turn as a dead letter; empty for the many steps without one. It joins `done`, so a
 * step that was not written causes none. Commands become no dead letters: the caller of the API gets their outcome.
 */
export function deadLettersClause(sql: Sql<{ bigint: number }> | TransactionSql<{ bigint: number }>, steps: Ended[]) {
  const dead = steps.flatMap(deadOf);
  if (dead.length === 0) return sql``;
  return sql`, letter as (
      insert into dead_letters (dead_letter_id, instance_id, source, source_key, reason, details, payload, size_bytes, conversation_id, seq)
      select l.dead_letter_id, c.instance_id, 'conversation', 'conversation:' || l.conversation_id || ':' || l.seq, l.reason, array[l.details],
        i.event::text, octet_length(i.event::text), l.conversation_id, l.seq
      from unnest(
        ${dead.map(deadLetterIdOf)}::uuid[], ${dead.map((l) => l.conversationId)}::uuid[], ${dead.map((l) => l.seq)}::bigint[],
        ${dead.map((l) => toText(l.reason))}::text[], ${dead.map((l) => toText(l.details))}::text[]
      ) as l (dead_letter_id, conversation_id, seq, reason, details)
      join done d using (conversation_id)
      join conversations c using (conversation_id)
      join inbox i on i.conversation_id = l.conversation_id and i.seq = l.seq
      where i.kind = 'message'
      on conflict (source_key) do nothing
    )`;
}

function deadOf({ conversationId, seq, events, final }: Ended) {
  if (final?.type !== 'dead') return [];
  const { reason, transcript } = final;
  const details = sentenceOf(reason, transcript);
  return Array.from({ length: events }, (_, nth) => ({ conversationId, seq: seq + nth, reason, details }));
}

const sentences = {
  refused: 'Typebot must take the message, but it refused',
  failed: 'Typebot must answer, but it reported an error',
  notSent: 'Typebot must be reachable, but it was not',
  sessionLost: 'Typebot must know the session, but it had lost it',
  uncertain: 'Typebot must answer, but no usable answer arrived',
  notInspected: 'The result of the bot must be readable, but it was not',
} as const;

/** The last failure is the cause of death. */
function sentenceOf(reason: string, transcript: TranscriptEntry[]): string {
  const failure = transcript.findLast((entry) => entry.type === 'failed');
  if (!failure) return `The message must be handled, but that failed: ${reason}.`;
  return `${sentences[failure.outcome]}: ${failure.cause}.`;
}
