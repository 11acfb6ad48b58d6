import { randomUUID } from 'node:crypto';
import type { BotOutcome } from '@typelane/core';
import { insertDeadLetters } from '@typelane/db';
import type { TestApi } from './api.ts';
import { writes } from './contact.ts';
import { freshChat } from './tenants.ts';
import { asksForText } from './worker.ts';

export const refusal: BotOutcome = { type: 'refused', cause: 'http_400', status: 400 };

export const doubtful: BotOutcome = { type: 'uncertain', cause: 'timeout' };

/** Makes a dead letter and an uncertain turn, each in a chat of its own. The bot asks for a text afterwards. */
export async function troublesOf(api: TestApi, instanceId: string): Promise<{ deadLetterId: string; turnId: string }> {
  const instance = `/api/v2/instance/${encodeURIComponent(instanceId)}`;
  for (const outcome of [refusal, doubtful]) {
    const chat = freshChat();
    await (await writes(api, instanceId, chat, 'hello')).isHandled();
    api.bot((call) => (call.type === 'start' ? asksForText(call) : outcome));
    await (await writes(api, instanceId, chat, 'my name')).isHandled();
    api.bot(asksForText);
  }
  const [letter] = (await api.ask('GET', `${instance}/dead-letters`)).body;
  const [turn] = (await api.ask('GET', `${instance}/uncertain`)).body;
  return { deadLetterId: letter.deadLetterId, turnId: turn.turnId };
}

/** Keeps a payload as one that could stand in no inbox, and returns its id. */
export async function deadAtIngest(
  { database }: TestApi,
  payload: string,
  instanceId: string | null,
  sourceKey: string = randomUUID(),
): Promise<string> {
  const details = ['The event must be good, but it was not.'];
  await insertDeadLetters(database.sql, [{ instanceId, source: 'inbound', sourceKey, reason: 'invalid_event', details, payload }]);
  const [letter] = await database.sql<{ id: string }[]>`select dead_letter_id as id from dead_letters where source_key = ${sourceKey}`;
  return letter?.id ?? '';
}

/** The chats of an instance in which something ended badly. */
export function chatsOf({ database }: TestApi, instanceId: string): Promise<{ chat: string }[]> {
  return database.sql`
    select distinct c.jid as chat from conversations c join turns t using (conversation_id)
    where c.instance_id = ${instanceId} and t.final in ('dead', 'uncertain')`;
}
