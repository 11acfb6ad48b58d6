import { type Database, keepTranscript, touch, transcriptOf } from '@typelane/db';
import type { MediaStore } from '@typelane/media';
import { createSealer, type Egress, type Env, type Log, acquireLease } from '@typelane/runtime';
import type { Redis } from 'ioredis';
import { createFairLimiter, type FairLimiter, type FairLimits } from '../media/fair-limiter.ts';
import { createTranscriber } from '../transcribe/transcriber.ts';
import { createListen } from './transcribe-voice.ts';
import { createPrepare, type Prepare, type PreparePorts } from './enrich.ts';
import { withHeartbeat } from './heartbeat.ts';

type Parts = {
  options: Pick<Env, 'SECRET_KEY' | 'SWEEP_INTERVAL_MS' | 'TRANSCRIPTION_TIMEOUT_MS' | 'QUEUE_PREFIX' | 'WORKER_CONCURRENCY'>;
  database: Database;
  redis: Redis;
  egress: Egress;
  store: Pick<MediaStore, 'open'>;
  keep: PreparePorts['keep'];
  /** Room to fetch and keep files, by instance. */
  room: Pick<FairLimiter, 'enter' | 'waitFor'>;
  log: Log;
};

/**
 * Turns that may wait for files at once, and as many for transcriptions: a quarter of the process's, and four fifths of that for one instance
 * or one service, so that a slow one leaves room for others. A recording, of at most 25 MiB, is held in memory for each transcription.
 */
export function preparationLimits(concurrency: number): FairLimits {
  const max = Math.max(1, Math.floor(concurrency / 4));
  return { max, maxPerKey: Math.max(1, Math.floor(max * 0.8)) };
}

/** Milliseconds another process waits, beyond the time of a transcription, for the words that are being found out. */
const slackMs = 5_000;

/** Milliseconds for all of it beside the transcription: a file is fetched and stored. */
const keepingMs = 60_000;

/** The prepare step of a worker process. */
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
