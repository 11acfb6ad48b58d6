import { parseJid } from '@typelane/core';
import { conversationId, ingest } from '@typelane/db';
import { wake } from '@typelane/runtime';
import { inboundText, waitUntil } from '@typelane/testkit';
import type { TestApi } from './api.ts';

/** A contact writes: the message is committed to the inbox of its chat and the chat is woken. `knownKeyId`: repeats a known message. */
export async function writes(api: TestApi, instanceId: string, chat: string, text: string, knownKeyId?: string) {
  const jid = parseJid(chat);
  if (!jid) throw new Error(`${chat} is no chat`);
  const id = conversationId(instanceId, jid);
  const event = inboundText({ instanceId, jid: chat, text });
  const keyId = knownKeyId ?? event.data.keyId;
  const [taken] = await ingest(api.database.sql, [
    {
      conversationId: id,
      instanceId,
      jid: jid.jid,
      kind: 'message',
      fromMe: false,
      keyId,
      messageId: `id of ${text}`,
      event,
      holdsReplies: false,
    },
  ]);
  if (!taken) throw new Error('The message was not taken in');
  await wake(api.context.converse, [{ conversationId: id }]);
  return {
    keyId,
    async isHandled(): Promise<void> {
      const look = () => api.database.sql`select 1 from turns where conversation_id = ${id} and seq = ${taken.seq}`;
      await waitUntil(async () => (await look()).length > 0, { what: `"${text}" to be handled` });
    },
  };
}
