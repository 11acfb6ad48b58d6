import { randomUUID } from 'node:crypto';
import type { Sql, TransactionSql } from 'postgres';
import type { SessionEventType } from '@typelane/core';
import { deadLetterIdOf, turnIdOf } from '../conversation-id.ts';
import { toText } from '../json.ts';

/** The parts of a step that can cause session events. */
type StepChanges = {
  conversationId: string;
  seq: number;
  final: (({ type: 'answered' } | { type: 'ignored' | 'uncertain' | 'dead'; reason: string }) & { sessionId: string | null }) | null;
  sessions: { sessionId: string; typebotIntegrationId: string | null; status: 'open' | 'paused' | 'closed'; reason: string | null }[];
};

/**
 * The part of a commit that writes its session events; empty for the many steps that cause none. It joins `done`, so a step that was not
 * written causes no events. The session's row as it was before decides between opened, resumed and no change.
 */
export function sessionEventsClause(sql: Sql<{ bigint: number }> | TransactionSql<{ bigint: number }>, steps: StepChanges[]) {
  const pending = steps.flatMap(eventsOf);
  if (pending.length === 0) return sql``;
  return sql`, session_event_rows as (
      insert into session_events (session_event_id, instance_id, type, data, created_at)
      select t.session_event_id, c.instance_id,
        case when t.type is not null then t.type
          when t.status <> 'open' then 'session.' || t.status
          when before.status is null then 'session.opened'
          else 'session.resumed' end,
        jsonb_build_object('instanceId', c.instance_id, 'businessId', n.business_id, 'sessionId', t.session_id,
          'keyRemoteJid', c.jid, 'keyParticipant', c.participant, 'reason', t.reason)
        || case when t.status is not null then jsonb_build_object('typebotIntegrationId', t.integration_id)
          else jsonb_build_object('keyId', case when i.kind = 'message' then i.key_id end) end
        || case t.type when 'message.dead' then jsonb_build_object('deadLetterId', case when i.kind = 'message' then t.related_id end)
          when 'turn.uncertain' then jsonb_build_object('turnId', t.related_id)
          else '{}'::jsonb end,
        clock_timestamp()
      from unnest(
        ${pending.map(() => randomUUID())}::uuid[], ${pending.map((t) => t.conversationId)}::uuid[], ${pending.map((t) => t.seq)}::bigint[], ${pending.map((t) => t.type)}::text[],
        ${pending.map((t) => t.status)}::text[], ${pending.map((t) => t.sessionId)}::uuid[], ${pending.map((t) => t.integrationId)}::uuid[],
        ${pending.map((t) => (t.reason === null ? null : toText(t.reason)))}::text[], ${pending.map((t) => t.relatedId)}::text[]
      ) with ordinality as t (session_event_id, conversation_id, seq, type, status, session_id, integration_id, reason, related_id, place)
      join done d using (conversation_id)
      join conversations c using (conversation_id)
      left join instances n on n.instance_id = c.instance_id
      left join sessions before on before.session_id = t.session_id
      left join inbox i on i.conversation_id = t.conversation_id and i.seq = t.seq
      where t.status is null or t.status is distinct from before.status
      order by t.place
    )`;
}

type PendingSessionEvent = {
  conversationId: string;
  seq: number;
  /** Null: `status` decides the type. */
  type: SessionEventType | null;
  status: string | null;
  sessionId: string | null;
  integrationId: string | null;
  reason: string | null;
  /** The id of the dead letter or of the uncertain turn. */
  relatedId: string | null;
};

/** The event's own end comes before the changes of sessions, as cause before effect. */
function eventsOf({ conversationId, seq, final, sessions }: StepChanges): PendingSessionEvent[] {
  const place = { conversationId, seq };
  const ofSessions = sessions.map(({ sessionId, typebotIntegrationId: integrationId, status, reason }) => ({
    ...place,
    type: null,
    status,
    sessionId,
    integrationId,
    reason,
    relatedId: null,
  }));
  if (final?.type !== 'dead' && final?.type !== 'uncertain') return ofSessions;
  const { sessionId, reason } = final;
  const type = final.type === 'dead' ? 'message.dead' : 'turn.uncertain';
  const relatedId = final.type === 'dead' ? deadLetterIdOf(place) : turnIdOf(place);
  return [{ ...place, type, status: null, sessionId, integrationId: null, reason, relatedId }, ...ofSessions];
}
