import { PublishError } from '@typelane/client';
import { type DeadLetterRecord, discardDeadLetter, isOvertakenAtIngest, redriveFromIngest, redriveFromChat } from '@typelane/db';
import { wakeChat } from '../commands/carry-out.ts';
import type { ApiContext } from '../context.ts';
import { refusal } from '../errors/refusal.ts';
import { readAgain } from './read-again.ts';

export type Settling = { action: 'redrive' | 'discard'; force: boolean };

type Letter = DeadLetterRecord & { payload: string };

/** Carries out what is to become of one letter. Throws a refusal where it cannot be: then the letter is as it was. */
export async function settleLetter(context: ApiContext, letter: Letter, { action, force }: Settling): Promise<void> {
  const { sql } = context.database;
  const { deadLetterId, conversationId, seq } = letter;
  if (letter.status !== 'open') throw settledBefore(letter.status);
  if (action === 'discard') {
    if (!(await discardDeadLetter(sql, deadLetterId))) throw refusal('DEAD_LETTER_SETTLED');
  } else if (conversationId !== null && seq !== null) {
    await redriveInChat(context, { ...letter, conversationId, seq }, force);
  } else {
    await redriveThroughDoor(context, letter, force);
  }
}

async function redriveInChat(context: ApiContext, letter: Letter & { conversationId: string; seq: number }, force: boolean): Promise<void> {
  const redriven = await redriveFromChat(context.database.sql, letter, { force });
  if (redriven.type === 'settled') throw refusal('DEAD_LETTER_SETTLED');
  if (redriven.type === 'overtaken') throw refusal('NEWER_MESSAGES');
  await wakeChat(context, letter.instanceId ?? '', [redriven]);
}

async function redriveThroughDoor({ database: { sql }, inbound }: ApiContext, letter: Letter, force: boolean): Promise<void> {
  const read = readAgain(letter.payload);
  if ('problems' in read) throw refusal('DEAD_LETTER_UNREADABLE', read.problems);
  for (const { instanceId, jid } of force ? [] : read.chats) {
    if (await isOvertakenAtIngest(sql, instanceId, jid, letter.createdAt)) throw refusal('NEWER_MESSAGES');
  }
  const [only] = read.events;
  const isMine = await redriveFromIngest(sql, letter.deadLetterId, () =>
    inbound.publish(read.events.length === 1 && only ? only : read.events).catch((error: unknown) => {
      throw error instanceof PublishError ? refusal('QUEUE_UNAVAILABLE', [], { cause: error }) : error;
    }),
  );
  if (!isMine) throw refusal('DEAD_LETTER_SETTLED');
}

function settledBefore(status: 'redriven' | 'discarded') {
  return refusal('DEAD_LETTER_SETTLED', [`The dead letter was ${status} before`]);
}
