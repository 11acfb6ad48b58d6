import { type Database, keepTranscript, touch, transcriptOf } from '@typelane/db';
import type { MediaStore } from '@typelane/media';
import { createSealer, type Egress, type Env, type Log, takeLease } from '@typelane/runtime';
import type { Redis } from 'ioredis';
import { createBulkhead } from '../converse/bulkhead.ts';
import { createTranscriber } from '../transcribe/transcriber.ts';
import { createListen } from './listen.ts';
import { createPrepare, type Prepare, type PreparePorts } from './prepare.ts';
import { stayInHand } from './stay-in-hand.ts';

type Parts = {
  options: Pick<Env, 'SECRET_KEY' | 'SWEEP_INTERVAL_MS' | 'TRANSCRIPTION_TIMEOUT_MS' | 'QUEUE_PREFIX' | 'WORKER_CONCURRENCY'>;
  database: Database;
  redis: Redis;
  egress: Egress;
  store: Pick<MediaStore, 'open'>;
  keep: PreparePorts['keep'];
  log: Log;
};

/** Part of a process's slots in which chats may wait for transcriptions. A bulkhead gives four fifths of it to one host. */
const shareMax = 0.25;

/** Milliseconds another process waits, beyond the time of a transcription, for the words that are being found out. */
const slackMs = 5_000;

/** Milliseconds for all of it beside the transcription: a file is fetched and stored. */
const keepingMs = 60_000;

/** The prepare step of a worker process. */
export function openPrepare({ options, database: { sql }, redis, egress, store, keep, log }: Parts): Prepare {
  const { TRANSCRIPTION_TIMEOUT_MS: timeoutMs, QUEUE_PREFIX: prefix } = options;
  const sealer = createSealer(options.SECRET_KEY);
  const bulkhead = createBulkhead(options.WORKER_CONCURRENCY * shareMax);
  const listen = createListen(
    {
      transcribe: createTranscriber({ egress, sealer, timeoutMs, bulkhead, log }),
      transcriptOf: (mediaId) => transcriptOf(sql, mediaId),
      keepTranscript: (mediaId, words) => keepTranscript(sql, mediaId, words),
      open: async (mediaId) => (await store.open(mediaId))?.stream ?? null,
      claim: (mediaId, onError) => takeLease(redis, `${prefix}:typelane:listening:${mediaId}`, { onError }),
      log,
    },
    { timeoutMs: timeoutMs + slackMs },
  );
  const prepare = createPrepare({ keep, listen, log });
  return stayInHand(prepare, (conversationId) => touch(sql, [conversationId]), {
    everyMs: options.SWEEP_INTERVAL_MS / 3,
    atMostMs: keepingMs + timeoutMs,
  });
}
