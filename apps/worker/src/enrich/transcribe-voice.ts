import type { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Lease, Log } from '@typelane/runtime';
import type { StoredMedia } from '../media/store-media.ts';
import type { Transcribe, TranscriptionSettings } from '../transcribe/transcriber.ts';

/** What is said in a file; empty where nothing is, or where it could not be found out. */
export type Listen = (instanceId: string, file: StoredMedia, settings: TranscriptionSettings) => Promise<string>;

export type ListenPorts = {
  transcribe: Transcribe;
  /** Null: nobody has listened to it yet. */
  transcriptOf(mediaId: string): Promise<string | null>;
  keepTranscript(mediaId: string, words: string): Promise<void>;
  /** The bytes as they are kept; null when they are gone. */
  open(mediaId: string): Promise<Readable | null>;
  /** Asks to be the only process at work on a file. `onError`: nobody can say who is. */
  claim(mediaId: string, onError: () => void): Lease;
  log: Log;
};

/** Bytes: OpenAI takes no larger file (https://platform.openai.com/docs/guides/speech-to-text). */
const fileSizeBytesMax = 26_214_400;

/** Milliseconds between looks while another process listens. */
const lookEveryMs = 100;

/**
 * Listens to a file once: the words are kept before they are used, a failure too, so that who asks again (after a crash, or another
 * process that took the chat up at the same time) hears the same and pays nothing.
 */
export function createListen(ports: ListenPorts, { timeoutMs }: { timeoutMs: number }): Listen {
  return async (instanceId, file, settings) => {
    const known = await ports.transcriptOf(file.mediaId);
    if (known !== null) return known;
    let isAlone = false;
    const lease = ports.claim(file.mediaId, () => (isAlone = true));
    try {
      const until = performance.now() + timeoutMs;
      for (;;) {
        // In this order: the words are kept before the lease is given back.
        const isMine = isAlone || lease.isHeld();
        const heard = await ports.transcriptOf(file.mediaId);
        if (heard !== null) return heard;
        if (isMine) break;
        if (performance.now() > until) return '';
        await sleep(lookEveryMs);
      }
      const words = await hear(ports, instanceId, file, settings);
      // Without the record the next one to ask pays again; the words are there all the same.
      await ports
        .keepTranscript(file.mediaId, words)
        .catch((error: unknown) => ports.log.warn({ err: error, instanceId }, 'transcript.not_kept'));
      return words;
    } finally {
      await lease.release().catch(() => {});
    }
  };
}

async function hear(
  { transcribe, open, log }: ListenPorts,
  instanceId: string,
  file: StoredMedia,
  settings: TranscriptionSettings,
): Promise<string> {
  if (file.sizeBytes > fileSizeBytesMax) {
    log.warn({ instanceId, sizeBytes: file.sizeBytes }, 'transcription.too_large');
    return '';
  }
  const read = async () => {
    const stream = await open(file.mediaId);
    return stream && buffer(stream);
  };
  return (await transcribe({ instanceId, read, fileName: file.fileName, mimeType: file.mimeType }, settings)) ?? '';
}
