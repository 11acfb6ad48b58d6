import { setTimeout as sleep } from 'node:timers/promises';
import { bury, type Database, type DeadLetter, ingestLetters, type Letter } from '@typelane/db';
import type { Log } from '@typelane/runtime';
import type { MediaPorts } from '../media/media-ports.ts';
import { takeOutMedia } from '../media/take-out-media.ts';
import { readJob } from './read-job.ts';
import type { WaitingJob } from './wait-list.ts';

export type TakeInPorts = { database: Database; media: MediaPorts; log: Log };

/** A chat with something new. `isLate`: behind work that has been waiting for long. */
export type Chat = { conversationId: string; instanceId: string; isLate?: boolean };

/**
 * Commits jobs to inboxes, in their order and without the files that stood in them, and returns the chats with something new. Does not return before all is committed, however
 * long the database is away: only then may the jobs be removed, and nothing behind them may pass.
 */
export async function takeIn(
  { database, media, log }: TakeInPorts,
  queue: string,
  jobs: WaitingJob[],
  signal: AbortSignal,
): Promise<Chat[]> {
  const read = jobs.map((job) => readJob(queue, job));
  const deadLetters = read.flatMap((r) => r.deadLetters);
  if (deadLetters.length > 0) {
    await untilDone(() => bury(database.sql, deadLetters), log, signal);
    for (const { reason, instanceId } of deadLetters) log.warn({ reason, instanceId, queue }, 'event.dead');
  }
  const came = read.flatMap((r) => r.letters);
  if (came.length === 0) return [];
  const letters = await untilDone(() => takeOutMedia(came, media), log, signal);
  const taken = await untilDone(() => ingestOrIsolate(database, letters, log), log, signal);
  if (taken.length < letters.length) log.debug({ duplicates: letters.length - taken.length }, 'event.duplicates');
  return [...new Map(taken.map((chat): [string, Chat] => [chat.conversationId, chat])).values()];
}

/** A value that the database refuses condemns its own event only: the batch is halved until that one stands alone. */
async function ingestOrIsolate(database: Database, letters: Letter[], log: Log): Promise<Awaited<ReturnType<typeof ingestLetters>>> {
  try {
    return await ingestLetters(database.sql, letters);
  } catch (error) {
    if (!isAboutData(error)) throw error;
    const [only] = letters;
    if (letters.length === 1 && only) {
      log.error({ err: error, instanceId: only.instanceId }, 'event.unstorable');
      await bury(database.sql, [unstorable(only)]);
      return [];
    }
    const middle = Math.ceil(letters.length / 2);
    const first = await ingestOrIsolate(database, letters.slice(0, middle), log);
    return [...first, ...(await ingestOrIsolate(database, letters.slice(middle), log))];
  }
}

function isAboutData(error: unknown): boolean {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' && /^(22|23|54)/.test(error.code);
}

function unstorable({ instanceId, conversationId, keyId, event }: Letter): DeadLetter {
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

async function untilDone<T>(work: () => Promise<T>, log: Log, signal: AbortSignal): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work();
    } catch (error) {
      log.error({ err: error, attempt }, 'ingest.failed');
      await sleep(Math.min(100 * 2 ** attempt, 5_000), undefined, { signal });
    }
  }
}
