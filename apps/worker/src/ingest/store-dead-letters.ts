import { createHash } from 'node:crypto';
import { insertDeadLetters, type Database, type DeadLetter, withoutParameters } from '@typelane/db';
import type { Log } from '@typelane/runtime';
import { isolate } from './isolate.ts';

/**
 * Inserts dead letters. One that the database refuses is kept without its payload; if that is refused too it is in the log alone: nothing
 * may stop the intake of everybody else. Throws while the database is away.
 */
export async function storeDeadLetters(database: Database, events: DeadLetter[], log: Log): Promise<void> {
  if (events.length === 0) return;
  const insert = async (some: DeadLetter[]): Promise<DeadLetter[]> => {
    await insertDeadLetters(database.sql, some);
    return some;
  };
  const told = ({ instanceId, reason, sourceKey }: DeadLetter) => ({ instanceId, reason, source: digestOf(sourceKey) });
  const kept = await isolate(events, insert, async (letter, error) => {
    log.error({ err: withoutParameters(error), ...told(letter) }, 'dead_letter.refused');
    await isolate([withoutPayload(letter)], insert, (_, again) => {
      log.error({ err: withoutParameters(again), ...told(letter) }, 'dead_letter.lost');
      return Promise.resolve();
    });
  });
  for (const { reason, instanceId } of kept) log.warn({ reason, instanceId }, 'event.dead');
}

function withoutPayload(letter: DeadLetter): DeadLetter {
  const bytes = Buffer.byteLength(letter.payload);
  const detail = `The event itself (${bytes} bytes) could not be kept: PostgreSQL refused it.`;
  return { ...letter, instanceId: null, sourceKey: `refused:${digestOf(letter.sourceKey)}`, details: [detail], payload: '' };
}

function digestOf(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 32);
}
