import { type Database, keepTranscript, touch, transcriptOf } from '@typelane/db';
import type { MediaStore } from '@typelane/media';
import { createSealer, type Egress, type Env, type Log, acquireLease } from '@typelane/runtime';
import type { Redis } from 'ioredis';
import { createFairLimiter, type FairLimiter, type FairLimits } from '../media/fair-limiter.ts';
import { createTranscriber } from '../transcribe/transcriber.ts';
import { createListen } from './transcribe-voice.ts';
import { createPrepare, type Prepare, type PreparePorts } from './enrich.ts';

type Parts = {
  options: Pick<Env, 'SECRET_KEY' | 'SWEEP_INTERVAL_MS' | 'TRANSCRIPTION_TIMEOUT_MS' | 'QUEUE_PREFIX' | 'WORKER_CONCURRENCY'>;
  database: Database;
  redis: Redis;
  egress: Egress;
  store: Pick<MediaStore, 'open'>;
  keep: PreparePorts['keep'];
  /** Limits files that are fetched and stored, by instance. */
  room: Pick<FairLimiter, 'enter' | 'waitFor'>;
  log: Log;
};

/**
 * Turns that may wait for files at once, and the same number for transcriptions: a quarter of the process's turns. One instance or service
 * gets at most four fifths of that, so that a slow one leaves room for others. Each transcription holds up to 25 MiB in memory.
 */
export function preparationLimits(concurrency: number): FairLimits {
  const max = Math.max(1, Math.floor(concurrency / 4));
  return { max, maxPerKey: Math.max(1, Math.floor(max * 0.8)) };
}

/** Milliseconds, beyond the timeout of a transcription, that another process waits for its words. */
const slackMs = 5_000;

/** Milliseconds to fetch and store a file. */
const keepingMs = 60_000;

/** The enrich step of a worker process. */
export function createEnrich({ options, database: { sql }, redis, egress, store, keep, room, log }: Parts): Prepare {
  const { TRANSCRIPTION_TIMEOUT_MS: timeoutMs, QUEUE_PREFIX: prefix } = options;
  const sealer = createSealer(options.SECRET_KEY);
  const limiter = createFairLimiter(preparationLimits(options.WORKER_CONCURRENCY));
  const transcribeVoice = createListen(
    {
      transcribe: createTranscriber({ egress, sealer, timeoutMs, limiter, log }),
      transcriptOf: (mediaId) => transcriptOf(sql, mediaId),
      keepTranscript: (mediaId, words) => keepTranscript(sql, mediaId, words),
      open: async (mediaId) => (await store.open(mediaId))?.stream ?? null,
      claim: (mediaId, onError) => acquireLease(redis, `${prefix}:typelane:listening:${mediaId}`, { onError }),
      log,
    },
    { timeoutMs: timeoutMs + slackMs },
  );
  const enter: PreparePorts['enter'] = ({ instance: { instanceId }, conversationId }) => {
    const leave = room.enter(instanceId);
    if (leave === null) room.waitFor(instanceId, conversationId);
    return leave;
  };
  const enrich = createPrepare({ enter, keep, transcribeVoice: transcribeVoice, log });
  return withHeartbeat(enrich, (conversationId) => touch(sql, [conversationId]), {
    everyMs: options.SWEEP_INTERVAL_MS / 3,
    atMostMs: keepingMs + timeoutMs,
  });
}

/**
 * Touches the conversation while its message is enriched. Nothing else is written then, and the sweep would take an untouched conversation
 * for one whose worker died. Stops after `atMostMs`, so that the sweep also finds an enrichment that never ends.
 */
function withHeartbeat(
  enrich: Prepare,
  touchOne: (conversationId: string) => Promise<void>,
  { everyMs, atMostMs }: { everyMs: number; atMostMs: number },
): Prepare {
  return async (loaded, integration) => {
    const until = performance.now() + atMostMs;
    const timer = setInterval(() => {
      if (performance.now() > until) clearInterval(timer);
      // If this fails, a second process may enrich the same message, and one of the two commits.
      else touchOne(loaded.conversationId).catch(() => {});
    }, everyMs);
    try {
      return await enrich(loaded, integration);
    } finally {
      clearInterval(timer);
    }
  };
}
