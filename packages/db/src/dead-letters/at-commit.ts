import type { Final, TranscriptEntry } from '@typelane/core';
import type { Sql, TransactionSql } from 'postgres';
import { uuidOf } from '../conversation-id.ts';
import { toText } from '../json.ts';

/** What of a step can make dead letters. */
type Ended = {
  conversationId: string;
  seq: number;
  events: number;
  final: (Final & { transcript: TranscriptEntry[] }) | null;
};

/**
 * The part of a commit that keeps each event of a dead turn as a dead letter. It joins `done`, so nothing is kept of a step that was not
 * written. Commands are none: whoever gave one has been told how it ended. Most steps keep nothing: then the statement is the shorter one.
 */
export function deadLettersClause(sql: Sql<{ bigint: number }> | TransactionSql<{ bigint: number }>, steps: Ended[]) {
  const dead = steps.flatMap(deadOf);
  if (dead.length === 0) return sql``;
  return sql`, lettered as (
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

/** The id of the dead letter that an event of a chat is or would be. */
export function deadLetterIdOf({ conversationId, seq }: { conversationId: string; seq: number }): string {
  return uuidOf(`dead-letter|${conversationId}|${seq}`);
}

function deadOf({ conversationId, seq, events, final }: Ended) {
  if (final?.type !== 'dead') return [];
  const { reason, transcript } = final;
  const details = sentenceOf(reason, transcript);
  return Array.from({ length: events }, (_, nth) => ({ conversationId, seq: seq + nth, reason, details }));
}

const sentences = {
  refused: 'Typebot must take the message, but it refused',
  failed: 'Typebot must answer, but it answered that it failed',
  notSent: 'Typebot must be within reach, but it was not',
  sessionLost: 'Typebot must know the session, but it had lost it',
  uncertain: 'Typebot must answer, but no answer could be used',
  notInspected: 'The result of the bot must be readable, but it was not',
} as const;

/** The last failure is the one it died of. */
function sentenceOf(reason: string, transcript: TranscriptEntry[]): string {
  const failure = transcript.findLast((entry) => entry.type === 'failed');
  if (!failure) return `The message must be handled to its end, but that failed: ${reason}.`;
  return `${sentences[failure.outcome]}: ${failure.cause}.`;
}
