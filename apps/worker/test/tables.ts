import type { Database } from '@typelane/db';
import { waitUntil } from '@typelane/testkit';

/** An event of an inbox and how it ended. */
export type Outcome = {
  jid: string;
  seq: number;
  kind: 'message' | 'command';
  fromMe: boolean;
  keyId: string;
  final: string | null;
  reason: string | null;
};

export type DeadLetterRow = { instanceId: string | null; reason: string; details: string[]; payload: string; sizeBytes: number };

export type SessionState = { sessionId: string; jid: string; status: string; reason: string | null };

/** What the tables contain. */
export type Tables = {
  outcomes(instanceId: string): Promise<Outcome[]>;
  /** `answered`, `ignored: stale`, ... by the key id that the event names. Null: not handled yet. */
  finals(instanceId: string): Promise<Record<string, string | null>>;
  /** Waits until every event of the instance is handled and there are at least `events` of them. */
  handled(instanceId: string, events: number, timeoutMs?: number): Promise<Outcome[]>;
  deadLetters(): Promise<DeadLetterRow[]>;
  sessions(instanceId: string): Promise<SessionState[]>;
  conversations(
    instanceId: string,
  ): Promise<{ conversationId: string; instanceId: string; jid: string; status: string; outSeq: number; ackedSeq: number }[]>;
  /** Waits until every reply is acknowledged. */
  acknowledged(instanceId: string, timeoutMs?: number): Promise<void>;
};

export function createTables(sql: Database['sql']): Tables {
  const outcomes = (instanceId: string): Promise<Outcome[]> => sql<Outcome[]>`
    select c.jid, i.seq, i.kind, i.from_me as "fromMe", i.key_id as "keyId", t.final, t.reason
    from conversations c join inbox i using (conversation_id) left join turns t using (conversation_id, seq)
    where c.instance_id = ${instanceId} order by c.jid, i.seq`;
  const conversations: Tables['conversations'] = (instanceId) => sql`
    select conversation_id as "conversationId", instance_id as "instanceId", jid, state ->> 'status' as status, out_seq as "outSeq", acked_seq as "ackedSeq"
    from conversations where instance_id = ${instanceId} order by jid`;

  return {
    outcomes,
    conversations,
    async finals(instanceId) {
      return Object.fromEntries(
        (await outcomes(instanceId)).map((outcome) => [outcome.keyId.replace(/^about:\w+:/, ''), finalOf(outcome)]),
      );
    },
    handled: (instanceId, events, timeoutMs = 15_000) =>
      waitUntil(
        async () => {
          const all = await outcomes(instanceId);
          return all.length >= events && all.every(({ final }) => final !== null) && all;
        },
        { what: `the end of ${events} events of ${instanceId}`, timeoutMs, everyMs: 25 },
      ),
    deadLetters: () => sql`
      select instance_id as "instanceId", reason, details, payload, size_bytes as "sizeBytes" from dead_letters order by created_at, source_key`,
    sessions: (instanceId) => sql`
      select session_id as "sessionId", key_remote_jid as jid, status, reason from sessions where instance_id = ${instanceId} order by created_at`,
    async acknowledged(instanceId, timeoutMs = 15_000) {
      await waitUntil(async () => (await conversations(instanceId)).every(({ outSeq, ackedSeq }) => outSeq === ackedSeq), {
        what: `the acknowledgement of all replies of ${instanceId}`,
        timeoutMs,
        everyMs: 25,
      });
    },
  };
}

export function finalOf({ final, reason }: Pick<Outcome, 'final' | 'reason'>): string | null {
  return reason === null ? final : `${final}: ${reason}`;
}
