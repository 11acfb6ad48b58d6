import { type Database, type DeadLetter, ingestEvents, type AddressedEvent, withoutParameters } from '@typelane/db';
import type { Log } from '@typelane/runtime';
import type { MediaPorts } from '../media/media-ports.ts';
import { extractMedia } from '../media/extract-media.ts';
import { isolate } from './isolate.ts';
import { storeDeadLetters } from './store-dead-letters.ts';
import { readJob } from './read-job.ts';
import type { WaitingJob } from './wait-list.ts';

export type IngestPorts = { database: Database; media: MediaPorts; log: Log };

/** A chat with something new. `isLate`: behind work that has been waiting for long. */
export type Chat = { conversationId: string; instanceId: string; isOverdue?: boolean };

/**
 * Commits jobs to inboxes, in their order and without the files that stood in them, and returns the chats with something new. Once it
 * returns all is on record, as events or as dead letters, and the jobs may be removed. It throws only for what is nobody's fault, such as a
 * database that is away: then all of it is to be done again, which changes nothing that was done, and nothing behind the jobs may pass.
 */
export async function ingestBatch({ database, media, log }: IngestPorts, queue: string, jobs: WaitingJob[]): Promise<Chat[]> {
  const read = jobs.map((job) => readJob(queue, job));
  await storeDeadLetters(
    database,
    read.flatMap(({ deadLetters }) => deadLetters),
    log,
  );
  const came = read.flatMap(({ events }) => events);
  if (came.length === 0) return [];
  const events = await extractMedia(came, media);
  const refused: DeadLetter[] = [];
  const ingested = await isolate(
    events,
    (some) => ingestEvents(database.sql, some),
    (letter, error) => {
      log.error({ err: withoutParameters(error), instanceId: letter.instanceId }, 'event.unstorable');
      refused.push(unstorable(letter));
      return Promise.resolve();
    },
  );
  await storeDeadLetters(database, refused, log);
  const duplicates = events.length - refused.length - ingested.length;
  if (duplicates > 0) log.debug({ duplicates }, 'event.duplicates');
  return [...new Map(ingested.map((chat): [string, Chat] => [chat.conversationId, chat])).values()];
}

function unstorable({ instanceId, conversationId, keyId, event }: AddressedEvent): DeadLetter {
  const sourceKey = `unstorable:${conversationId}:${Buffer.from(keyId).toString('base64url')}`;
  return {
    instanceId,
    source: 'inbound',
    sourceKey,
    reason: 'unstorable',
    details: ['The event must be something that PostgreSQL can store, but it was refused.'],
    payload: JSON.stringify(event),
  };
}
