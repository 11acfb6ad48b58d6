import type { BotSession, Conversation } from '@typelane/core';
import type { Database } from '../database.ts';
import type { SessionRecord } from './sessions.ts';

/** What happened in a session, and its current position in the flow. */
export type SessionProgress = {
  /** What the flow waits for; null: it was not started, has ended, or a turn is under way. */
  pending: BotSession['pending'] | null;
  /** A turn of this session is calling Typebot, or is about to. */
  isAtWork: boolean;
  /** Events of the conversation that are not handled yet. */
  eventsWaiting: number;
  /** Handled events of the session, by how they ended. */
  turns: Record<'answered' | 'ignored' | 'uncertain' | 'dead', number>;
  replies: { decided: number; acknowledged: number; failed: number };
};

type Row = {
  state: Conversation;
  waiting: number;
  answered: number;
  ignored: number;
  uncertain: number;
  dead: number;
  decided: number;
  acknowledged: number;
  failed: number;
};

export async function sessionProgress({ sql }: Database, session: SessionRecord): Promise<SessionProgress> {
  const { sessionId, conversationId } = session;
  const [row] = await sql<Row[]>`
    select c.state, c.in_seq - c.handled_seq as waiting, t.*, o.*
    from conversations c,
      lateral (
        select count(*) filter (where final = 'answered') as answered, count(*) filter (where final = 'ignored') as ignored,
          count(*) filter (where final = 'uncertain') as uncertain, count(*) filter (where final = 'dead') as dead
        from turns where session_id = ${sessionId}
      ) t,
      lateral (
        select count(*) as decided, count(acked_at) as acknowledged, count(failure) as failed
        from outbox where conversation_id in (select c.conversation_id union select conversation_id from turns where session_id = ${sessionId}) and reply ->> 'sessionId' = ${sessionId}::text
      ) o
    where c.conversation_id = ${conversationId}`;
  if (!row) throw new Error('The session has no conversation');
  const { answered, ignored, uncertain, dead, decided, acknowledged, failed } = row;
  const isAtWork = 'turn' in row.state && row.state.turn.session.sessionId === sessionId;
  return {
    pending: isAtWork ? null : pendingOf(row.state, session),
    isAtWork,
    eventsWaiting: row.waiting,
    turns: { answered, ignored, uncertain, dead },
    replies: { decided, acknowledged, failed },
  };
}

/** From the conversation's state; the session's row has only its state as of the last change of status. */
function pendingOf(state: Conversation, { sessionId }: SessionRecord): BotSession['pending'] | null {
  return 'session' in state && state.session.sessionId === sessionId ? (state.session.bot?.pending ?? null) : null;
}
