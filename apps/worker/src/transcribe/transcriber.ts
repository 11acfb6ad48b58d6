import { setTimeout as sleep } from 'node:timers/promises';
import { aboutSecret, type Settings, storable } from '@typelane/core';
import { createHttpClient, type Egress, type Evidence, type Log, type Sealer } from '@typelane/runtime';
import type { FairLimiter } from '../media/fair-limiter.ts';

export type Recording = {
  instanceId: string;
  /** Reads the recording into memory. Called when the limiter has room. Null: the file no longer exists. */
  read(): Promise<Uint8Array | null>;
  fileName: string;
  mimeType: string;
};

export type TranscriptionSettings = NonNullable<Settings['transcription']>;

/** The words of a recording, empty for silence. Null: transcription failed, which is logged. Throws only what `read` throws. */
export type Transcribe = (recording: Recording, settings: TranscriptionSettings) => Promise<string | null>;

export type TranscriberOptions = {
  egress: Egress;
  sealer: Pick<Sealer, 'open'>;
  /** Milliseconds for one recording, including a second attempt. */
  timeoutMs: number;
  /** Limits recordings in memory, by host. Without room the message stays a recording, so that a slow host delays no other conversation. */
  limiter: Pick<FairLimiter, 'enter'>;
  log: Log;
};

/** Bytes of an answer: the text and usage figures. */
const answerSizeMaxBytes = 1_048_576;

/** Characters: the limit of a text in an inbound event. */
const transcriptLengthMax = 65_536;

/** Milliseconds before the second attempt if the service sends no `Retry-After`. */
const retryMs = 500;

/** A client for services with OpenAI's `/audio/transcriptions` API. */
export function createTranscriber({ egress, sealer, timeoutMs, limiter, log }: TranscriberOptions): Transcribe {
  const http = createHttpClient(egress, { headers: { accept: 'application/json' } });
  return async (recording, settings) => {
    const { instanceId } = recording;
    const url = URL.parse(`${settings.url.replace(/\/+$/, '')}/audio/transcriptions`);
    const fail = (code: string): null => {
      log.warn({ instanceId, host: url?.host ?? null, code }, 'transcription.failed');
      return null;
    };
    if (url === null) return fail('bad_url');
    const verdict = egress.check(url);
    if (!verdict.allowed) return fail(`EGRESS_REFUSED: ${verdict.reason}`);
    const authorization = authorizationOf(settings, instanceId, sealer);
    if (authorization === null) return fail('key_unreadable');
    const leave = limiter.enter(url.origin);
    if (leave === null) return fail('host_busy');
    try {
      const bytes = await recording.read();
      if (bytes === null) return fail('file_gone');
      const form = await formOf(bytes, recording, settings);
      const posted = await askWithRetry(performance.now() + timeoutMs, (leftMs) =>
        http.exchange(
          { url, body: form.body, headers: { ...form.headers, ...authorization } },
          { timeoutMs: leftMs, bodySizeBytesMax: answerSizeMaxBytes },
        ),
      );
      const read = readAnswer(posted);
      return read.type === 'transcribed' ? read.text : fail(read.code);
    } finally {
      leave();
    }
  };
}

/** Null: the key cannot be decrypted. Without a key no header is sent, because a self-hosted service may need none. */
function authorizationOf(
  { apiKey }: TranscriptionSettings,
  instanceId: string,
  sealer: Pick<Sealer, 'open'>,
): Record<string, string> | null {
  if (apiKey === null) return {};
  try {
    return { authorization: `Bearer ${sealer.open(apiKey, aboutSecret(instanceId, 'transcription.apiKey'))}` };
  } catch {
    return null;
  }
}

/** Bytes, not a stream: some services require the length, and a second attempt can send them again. */
async function formOf(bytes: Uint8Array, { fileName, mimeType }: Recording, { model, language }: TranscriptionSettings) {
  const form = new FormData();
  form.set('file', new Blob([new Uint8Array(bytes)], { type: mimeType }), audioFileName(bytes, fileName));
  form.set('model', model);
  if (language !== null) form.set('language', language);
  form.set('response_format', 'json');
  const written = new Response(form);
  const contentType = written.headers.get('content-type') ?? '';
  return { body: new Uint8Array(await written.arrayBuffer()), headers: { 'content-type': contentType } };
}

/** Repeats the request once if the service certainly did nothing: it refused the connection, or answered 429 or 503. */
async function askWithRetry(until: number, ask: (leftMs: number) => Promise<Evidence>): Promise<Evidence> {
  const first = await ask(until - performance.now());
  const pauseMs = pauseAfter(first);
  if (pauseMs === null || performance.now() + pauseMs >= until) return first;
  await sleep(pauseMs);
  return ask(until - performance.now());
}

function pauseAfter({ status, retryAfter, failure }: Evidence): number | null {
  if (failure !== null) return failure.code === 'ECONNREFUSED' ? retryMs : null;
  if (status !== 429 && status !== 503) return null;
  return /^\d{1,6}$/.test(retryAfter ?? '') ? Number(retryAfter) * 1_000 : retryMs;
}

/** Reports only the status of a failed request, because services repeat keys and words in their errors. */
function readAnswer({ status, text, failure }: Evidence): { type: 'transcribed'; text: string } | { type: 'failed'; code: string } {
  if (failure !== null)
    return { type: 'failed', code: failure.code === 'EGRESS_REFUSED' ? `${failure.code}: ${failure.message}` : failure.code };
  if (status !== 200) return { type: 'failed', code: `status_${status}` };
  const answer = json(text ?? '');
  if (typeof answer !== 'object' || answer === null || !('text' in answer) || typeof answer.text !== 'string')
    return { type: 'failed', code: 'bad_answer' };
  return { type: 'transcribed', text: storable(answer.text.slice(0, transcriptLengthMax)).trim() };
}

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/**
 * Transcription services decide by the extension. It comes from the container, because a file name from WhatsApp may be missing, wrong
 * (`.opus`, which OpenAI refuses) or personal.
 */
function audioFileName(bytes: Uint8Array, fileName: string): string {
  const [, given = 'bin'] = /\.([a-z0-9]{1,5})$/i.exec(fileName) ?? [];
  return `audio.${containerOf(bytes) ?? given.toLowerCase()}`;
}

function containerOf(bytes: Uint8Array): string | null {
  const head = Buffer.from(bytes.subarray(0, 12)).toString('latin1');
  return containers.find(([pattern]) => pattern.test(head))?.[1] ?? null;
}

/** First bytes of each container. */
const containers: readonly [RegExp, string][] = [
  [/^OggS/, 'ogg'],
  [/^ID3|^\xff[\xfb\xf3\xf2]/, 'mp3'],
  [/^.{4}ftyp/s, 'm4a'],
  [/^RIFF.{4}WAVE/s, 'wav'],
  [/^fLaC/, 'flac'],
  [/^.\x45\xdf\xa3/s, 'webm'],
];
