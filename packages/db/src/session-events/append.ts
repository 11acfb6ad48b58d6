import { randomUUID } from 'node:crypto';
import type { Sql, TransactionSql } from 'postgres';
import type { SessionEventType } from '@typelane/core';
import { deadLetterIdOf } from '../dead-letters/at-commit.ts';
import { toText } from '../json.ts';
import { turnIdOf } from '../uncertain/turn-id.ts';

/** What of a step can be worth telling. */
type Told = {
  conversationId: string;
  seq: number;
  final: (({ type: 'answered' } | { type: 'ignored' | 'uncertain' | 'dead'; reason: string }) & { sessionId: string | null }) | null;
  sessions: { sessionId: string; typebotIntegrationId: string | null; status: 'open' | 'paused' | 'closed'; reason: string | null }[];
};

/**
 * The part of a commit that writes down what is to be told of it. It joins `done`, so nothing is told of a step that was not written.
 * Whether a session opened or was resumed, or nothing changed, is judged by its row as it was. Most steps tell nothing: then
 * the statement is the shorter one.
 */
export function sessionEventsClause(sql: Sql<{ bigint: number }> | TransactionSql<{ bigint: number }>, steps: Told[]) {
  const told = steps.flatMap(eventsOf);
  if (told.length === 0) return sql``;
  return sql`, announced as (
      insert into session_events (session_event_id, instance_id, type, data, created_at)
      select t.session_event_id, c.instance_id,
        case when t.type is not null then t.type
          when t.status <> 'open' then 'session.' || t.status
          when was.status is null then 'session.opened'
          else 'session.resumed' end,
        jsonb_build_object('instanceId', c.instance_id, 'businessId', n.business_id, 'sessionId', t.session_id,
          'keyRemoteJid', c.jid, 'keyParticipant', c.participant, 'reason', t.reason)
        || case when t.status is not null then jsonb_build_object('typebotIntegrationId', t.integration_id)
          else jsonb_build_object('keyId', case when i.kind = 'message' then i.key_id end) end
        || case t.type when 'message.dead' then jsonb_build_object('deadLetterId', case when i.kind = 'message' then t.found_by end)
          when 'turn.uncertain' then jsonb_build_object('turnId', t.found_by)
          else '{}'::jsonb end,
        clock_timestamp()
      from unnest(
        ${told.map(() => randomUUID())}::uuid[], ${told.map((t) => t.conversationId)}::uuid[], ${told.map((t) => t.seq)}::bigint[], ${told.map((t) => t.type)}::text[],
        ${told.map((t) => t.status)}::text[], ${told.map((t) => t.sessionId)}::uuid[], ${told.map((t) => t.integrationId)}::uuid[],
        ${told.map((t) => (t.reason === null ? null : toText(t.reason)))}::text[], ${told.map((t) => t.foundBy)}::text[]
      ) with ordinality as t (session_event_id, conversation_id, seq, type, status, session_id, integration_id, reason, found_by, place)
      join done d using (conversation_id)
      join conversations c using (conversation_id)
      left join instances n on n.instance_id = c.instance_id
      left join sessions was on was.session_id = t.session_id
      left join inbox i on i.conversation_id = t.conversation_id and i.seq = t.seq
      where t.status is null or t.status is distinct from was.status
      order by t.place
    )`;
}

type PendingSessionEvent = {
  conversationId: string;
  seq: number;
  /** Null: of a session, by its `status`. */
  type: SessionEventType | null;
  status: string | null;
  sessionId: string | null;
  integrationId: string | null;
  reason: string | null;
  /** The id of what is kept of it: a dead letter's, or an uncertain turn's. */
  foundBy: string | null;
};

/** How the event ended stands before what became of sessions: that is the order of cause and effect. */
function eventsOf({ conversationId, seq, final, sessions }: Told): PendingSessionEvent[] {
  const about = { conversationId, seq };
  const ofSessions = sessions.map(({ sessionId, typebotIntegrationId: integrationId, status, reason }) => ({
    ...about,
    type: null,
    status,
    sessionId,
    integrationId,
    reason,
    foundBy: null,
  }));
  if (final?.type !== 'dead' && final?.type !== 'uncertain') return ofSessions;
  const { sessionId, reason } = final;
  const type = final.type === 'dead' ? 'message.dead' : 'turn.uncertain';
  const foundBy = final.type === 'dead' ? deadLetterIdOf(about) : turnIdOf(about);
  return [{ ...about, type, status: null, sessionId, integrationId: null, reason, foundBy }, ...ofSessions];
}
