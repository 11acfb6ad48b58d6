import { PublishError } from '@typelane/client';
import { type DeadLetterRecord, discardDeadLetter, isOvertakenAtIngest, redriveFromIngest, redriveFromChat } from '@typelane/db';
import { wakeChat } from '../commands/carry-out.ts';
import type { ApiContext } from '../context.ts';
import { refusal } from '../errors/refusal.ts';
import { readAgain } from './read-again.ts';

export type Settling = { action: 'redrive' | 'discard'; force: boolean };

type StoredDeadLetter = DeadLetterRecord & { payload: string };

/** Redrives or discards one dead letter. Throws a refusal when that is not possible; the dead letter is then unchanged. */
export async function settleDeadLetter(context: ApiContext, deadLetter: StoredDeadLetter, { action, force }: Settling): Promise<void> {
  const { sql } = context.database;
  const { deadLetterId, conversationId, seq } = deadLetter;
  if (deadLetter.status !== 'open') throw settledBefore(deadLetter.status);
  if (action === 'discard') {
    if (!(await discardDeadLetter(sql, deadLetterId))) throw refusal('DEAD_LETTER_SETTLED');
  } else if (conversationId !== null && seq !== null) {
    await redriveInChat(context, { ...deadLetter, conversationId, seq }, force);
  } else {
    await redriveAtIngest(context, deadLetter, force);
  }
}

async function redriveInChat(
  context: ApiContext,
  deadLetter: StoredDeadLetter & { conversationId: string; seq: number },
  force: boolean,
): Promise<void> {
  const redriven = await redriveFromChat(context.database.sql, deadLetter, { force });
  if (redriven.type === 'settled') throw refusal('DEAD_LETTER_SETTLED');
  if (redriven.type === 'overtaken') throw refusal('NEWER_MESSAGES');
  await wakeChat(context, deadLetter.instanceId ?? '', [redriven]);
}

async function redriveAtIngest({ database: { sql }, inbound }: ApiContext, deadLetter: StoredDeadLetter, force: boolean): Promise<void> {
  const read = readAgain(deadLetter.payload);
  if ('problems' in read) throw refusal('DEAD_LETTER_UNREADABLE', read.problems);
  for (const { instanceId, jid } of force ? [] : read.chats) {
    if (await isOvertakenAtIngest(sql, instanceId, jid, deadLetter.createdAt)) throw refusal('NEWER_MESSAGES');
  }
  const [only] = read.events;
  const isMine = await redriveFromIngest(sql, deadLetter.deadLetterId, () =>
    inbound.publish(read.events.length === 1 && only ? only : read.events).catch((error: unknown) => {
      throw error instanceof PublishError ? refusal('QUEUE_UNAVAILABLE', [], { cause: error }) : error;
    }),
  );
  if (!isMine) throw refusal('DEAD_LETTER_SETTLED');
}

function settledBefore(status: 'redriven' | 'discarded') {
  return refusal('DEAD_LETTER_SETTLED', [`The dead letter was ${status} before`]);
}
