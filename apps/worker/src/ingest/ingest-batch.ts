import { type Database, type DeadLetter, ingestEvents, type AddressedEvent, withoutParameters } from '@typelane/db';
import type { Log } from '@typelane/runtime';
import type { MediaPorts } from '../media/media-ports.ts';
import { extractMedia } from '../media/extract-media.ts';
import { isolate } from './isolate.ts';
import { storeDeadLetters } from './store-dead-letters.ts';
import { readJob } from './read-job.ts';
import type { WaitingJob } from './wait-list.ts';

export type IngestPorts = { database: Database; media: MediaPorts; log: Log };

/** A conversation with a new event. `isOverdue`: the event is behind work that has waited too long. */
export type Chat = { conversationId: string; isOverdue?: boolean };

/**
 * Commits jobs to the inboxes in their order, with their files moved to the media store, and returns the conversations with new events.
 * After it returns, every job is stored as events or as dead letters and may be removed. It throws only when no job is the cause, for
 * example when the database is unreachable. The caller must then repeat the whole batch, which is idempotent, before any later job.
 */
export async function ingestBatch({ database, media, log }: IngestPorts, queue: string, jobs: WaitingJob[]): Promise<Chat[]> {
  const read = jobs.map((job) => readJob(queue, job));
  await storeDeadLetters(
    database,
    read.flatMap(({ deadLetters }) => deadLetters),
    log,
  );
  const others = Map.groupBy(
    read.flatMap(({ aboutNoMessage }) => aboutNoMessage),
    (name) => name,
  );
  for (const [event, all] of others) log.debug({ event, count: all.length }, 'event.about_no_message');
  const inbound = read.flatMap(({ events }) => events);
  if (inbound.length === 0) return [];
  const events = await extractMedia(inbound, media);
  const refused: DeadLetter[] = [];
  const ingested = await isolate(
    events,
    (some) => ingestEvents(database.sql, some),
    (event, error) => {
      log.error({ err: withoutParameters(error), instanceId: event.instanceId }, 'event.unstorable');
      refused.push(unstorable(event));
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
