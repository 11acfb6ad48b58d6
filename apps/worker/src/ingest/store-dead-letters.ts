import { createHash } from 'node:crypto';
import { insertDeadLetters, type Database, type DeadLetter, withoutParameters } from '@typelane/db';
import type { Log } from '@typelane/runtime';
import { isolate } from './isolate.ts';

/**
 * Inserts dead letters. If PostgreSQL refuses one, it is stored without its payload. If that is refused too, it is only logged, because one
 * bad event must not stop ingest. Throws while the database is unreachable.
 */
export async function storeDeadLetters(database: Database, events: DeadLetter[], log: Log): Promise<void> {
  if (events.length === 0) return;
  const insert = async (some: DeadLetter[]): Promise<DeadLetter[]> => {
    await insertDeadLetters(database.sql, some);
    return some;
  };
  const logFields = ({ instanceId, reason, sourceKey }: DeadLetter) => ({ instanceId, reason, source: digestOf(sourceKey) });
  const stored = await isolate(events, insert, async (letter, error) => {
    log.error({ err: withoutParameters(error), ...logFields(letter) }, 'dead_letter.refused');
    await isolate([withoutPayload(letter)], insert, (_, secondError) => {
      log.error({ err: withoutParameters(secondError), ...logFields(letter) }, 'dead_letter.lost');
      return Promise.resolve();
    });
  });
  for (const { reason, instanceId } of stored) log.warn({ reason, instanceId }, 'event.dead');
}

function withoutPayload(letter: DeadLetter): DeadLetter {
  const bytes = Buffer.byteLength(letter.payload);
  const detail = `The event itself (${bytes} bytes) could not be kept: PostgreSQL refused it.`;
  return { ...letter, instanceId: null, sourceKey: `refused:${digestOf(letter.sourceKey)}`, details: [detail], payload: '' };
}

function digestOf(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 32);
}
