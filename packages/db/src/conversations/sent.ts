import type { Sql } from 'postgres';
import type { Command } from '@typelane/core';
import { toText } from '../json.ts';
import { commandArrival } from './commands.ts';
import { ingest } from './ingest.ts';

/** WhatsApp's ids of messages sent so far, reported before the reply is complete, because their echoes may arrive at any moment. */
export type Sent = { replyId: string; keyIds: string[] };

export async function rememberSent(sql: Sql<{ bigint: number }>, sent: Sent[]): Promise<void> {
  const keys = sent.flatMap(({ replyId, keyIds }) => keyIds.map((keyId) => ({ replyId, keyId })));
  if (keys.length === 0) return;
  await sql`
    insert into sent_keys (instance_id, key_id)
    select distinct c.instance_id, s.key_id
    from unnest(${keys.map(({ replyId }) => replyId)}::uuid[], ${keys.map(({ keyId }) => toText(keyId))}::text[]) as s (reply_id, key_id)
      join outbox o using (reply_id) join conversations c using (conversation_id)
    on conflict do nothing`;
}

/** A conversation whose reply could not be sent, with the integration's settings. */
export type Unsendable = {
  replyId: string;
  sessionId: string;
  conversationId: string;
  instanceId: string;
  jid: string;
  settings: unknown;
};

/** Those of the replies that belong to a session of an instance with an integration. */
export async function whoseReplies(sql: Sql<{ bigint: number }>, replyIds: string[]): Promise<Unsendable[]> {
  return sql<Unsendable[]>`
    select o.reply_id as "replyId", o.reply ->> 'sessionId' as "sessionId", c.conversation_id as "conversationId",
      c.instance_id as "instanceId", c.jid, i.settings
    from outbox o join conversations c using (conversation_id) join typebot_integrations i using (instance_id)
    where o.reply_id = any(${replyIds}::uuid[]) and o.reply ->> 'sessionId' is not null`;
}

/** Pauses these conversations for a human; once for each reply, however often its failure is reported. */
export async function pauseUnsendable(sql: Sql<{ bigint: number }>, chats: Unsendable[]): Promise<void> {
  if (chats.length === 0) return;
  const pause = (sessionId: string): Command => ({ type: 'pause', sessionId, reason: 'send_failed' });
  await ingest(
    sql,
    chats.map(({ replyId, sessionId, conversationId, instanceId, jid }) =>
      commandArrival({ conversationId, instanceId, jid }, pause(sessionId), `send-failed-${replyId}`),
    ),
  );
}
