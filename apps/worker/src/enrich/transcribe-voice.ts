import type { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Lease, Log } from '@typelane/runtime';
import type { StoredMedia } from '../media/store-media.ts';
import type { Transcribe, TranscriptionSettings } from '../transcribe/transcriber.ts';

/** The words of a file. Empty for silence and after a failure. */
export type Listen = (instanceId: string, file: StoredMedia, settings: TranscriptionSettings) => Promise<string>;

export type ListenPorts = {
  transcribe: Transcribe;
  /** Null: the file has not been transcribed. */
  transcriptOf(mediaId: string): Promise<string | null>;
  keepTranscript(mediaId: string, words: string): Promise<void>;
  /** The stored bytes. Null: they no longer exist. */
  open(mediaId: string): Promise<Readable | null>;
  /** Acquires the lease of a file. `onError`: Redis cannot tell who holds it. */
  claim(mediaId: string, onError: () => void): Lease;
  log: Log;
};

/** Bytes: the limit of OpenAI (https://platform.openai.com/docs/guides/speech-to-text). */
const fileSizeBytesMax = 26_214_400;

/** Milliseconds between two looks while another process transcribes the file. */
const lookEveryMs = 100;

/**
 * Transcribes a file once. The result, also a failure, is stored before it is used, so that a repetition after a crash or in another
 * process gives the same words and costs nothing.
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
        // Check the lease first: the other process stores the words before it releases the lease.
        const isMine = isAlone || lease.isHeld();
        const heard = await ports.transcriptOf(file.mediaId);
        if (heard !== null) return heard;
        if (isMine) break;
        if (performance.now() > until) return '';
        await sleep(lookEveryMs);
      }
      const words = await hear(ports, instanceId, file, settings);
      // If the words cannot be stored, a repetition pays again. This turn uses them anyway.
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
