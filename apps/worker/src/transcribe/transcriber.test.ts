import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { aboutSecret } from '@typelane/core';
import { createEgress, createLog, createSealer } from '@typelane/runtime';
import { type FakeTranscription, startFakeTranscription, voiceNote } from '@typelane/testkit';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createFairLimiter } from '../media/fair-limiter.ts';
import { createTranscriber, type TranscriptionSettings } from './transcriber.ts';

const apiKey = 'sk-of-a-tenant';
const instanceId = 'instance-1';
const words = 'quero dois pães';
const sealer = createSealer('9f2c4b7d1e8a35606f0d9c8b7a6e5f41');

let fake: FakeTranscription;
let lines: { host: string; code: string }[];
let closing: (() => Promise<unknown> | void)[];

beforeEach(async () => {
  fake = await startFakeTranscription({ apiKey });
  lines = [];
  closing = [() => fake.close()];
});

afterEach(async () => {
  for (const close of closing.toReversed()) await close();
  checkRest();
});

/** What holds after every test. */
function checkRest(): void {
  expect(JSON.stringify(lines)).not.toMatch(/sk-of|sk-wrong|pães/);
}

function transcriber({ timeoutMs = 2_000, allow = [fake.url], slots = 10 } = {}) {
  const egress = createEgress({ allow: allow.map((url) => new URL(url).host) });
  closing.push(() => egress.close());
  const log = createLog('debug', { write: (line: string) => void lines.push(JSON.parse(line) as (typeof lines)[number]) });
  return createTranscriber({
    egress,
    sealer,
    timeoutMs,
    limiter: createFairLimiter({ max: slots, maxPerKey: Math.max(1, slots - 1) }),
    log,
  });
}

const bytes = voiceNote(words);
const holding = (file: Uint8Array) => ({ read: () => Promise.resolve(file) });
const recording = { instanceId, ...holding(bytes), fileName: 'PTT-20260115-WA0001.opus', mimeType: 'audio/ogg; codecs=opus' };

function settings(change: Partial<TranscriptionSettings> = {}): TranscriptionSettings {
  const sealed = sealer.seal(apiKey, aboutSecret(instanceId, 'transcription.apiKey'));
  return { url: fake.url, model: 'whisper-1', language: null, prefix: '', apiKey: sealed, ...change };
}

/** A service of one's own making. */
async function serving(answer: RequestListener): Promise<string> {
  const server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closing.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
}

test('a voice note is asked for as the service wants it, under no name of the contact', async () => {
  expect(await transcriber()(recording, settings({ language: 'pt', url: `${fake.url}/` }))).toBe(words);
  expect(fake.requests).toEqual([
    expect.objectContaining({
      authorization: `Bearer ${apiKey}`,
      model: 'whisper-1',
      language: 'pt',
      responseFormat: 'json',
      fileName: 'audio.ogg',
      sizeBytes: bytes.length,
    }),
  ]);
  expect(lines).toEqual([]);
});

test('a service that asks for no key is sent none', async () => {
  const own = await startFakeTranscription();
  closing.push(() => own.close());
  expect(await transcriber({ allow: [own.url] })(recording, settings({ url: own.url, apiKey: null }))).toBe(words);
  expect(own.requests[0]?.authorization).toBeNull();
});

test('silence is empty text, and no failure', async () => {
  expect(await transcriber()({ ...recording, ...holding(voiceNote('  ')) }, settings())).toBe('');
  expect(lines).toEqual([]);
});

test.each<[string, () => Partial<TranscriptionSettings>, string, number]>([
  ['another key', () => ({ apiKey: sealer.seal('sk-wrong', aboutSecret(instanceId, 'transcription.apiKey')) }), 'status_401', 1],
  ["another tenant's key", () => ({ apiKey: sealer.seal(apiKey, aboutSecret('instance-2', 'transcription.apiKey')) }), 'key_unreadable', 0],
  ['a key that was never sealed', () => ({ apiKey }), 'key_unreadable', 0],
  ['an unknown model', () => ({ model: 'whisper-9' }), 'status_404', 1],
  ['an address that is none', () => ({ url: 'whisper' }), 'bad_url', 0],
  ['a private host that is not allowed', () => ({ url: 'http://127.0.0.1:1/v1' }), 'EGRESS_REFUSED: not_public_address', 0],
])('%s is a failure with one line that names the code', async (_what, change, code, requests) => {
  expect(await transcriber()(recording, settings(change()))).toBeNull();
  expect(lines).toEqual([expect.objectContaining({ level: 40, msg: 'transcription.failed', instanceId, code })]);
  expect(fake.requests).toHaveLength(requests);
});

test('a recording the service cannot decode is a failure', async () => {
  expect(await transcriber()({ ...recording, ...holding(Buffer.from('no audio')) }, settings())).toBeNull();
  expect(lines).toEqual([expect.objectContaining({ host: new URL(fake.url).host, code: 'status_400' })]);
});

test.each([
  ['429', { 'retry-after': '0' }],
  ['503', {}],
] as const)('after %s it is asked for once more', async (status, headers) => {
  fake.nextMood({ type: 'answer', answer: { status: Number(status), headers, body: words } });
  expect(await transcriber()(recording, settings())).toBe(words);
  expect(fake.requests).toHaveLength(2);
});

test('a second 503 is the end', async () => {
  for (let time = 0; time < 2; time += 1)
    fake.nextMood({ type: 'answer', answer: { status: 503, headers: { 'retry-after': '0' }, body: '' } });
  expect(await transcriber()(recording, settings())).toBeNull();
  expect(fake.requests).toHaveLength(2);
  expect(lines).toEqual([expect.objectContaining({ code: 'status_503' })]);
});

test('a service that wants to be asked later than the time allows is not waited for', async () => {
  fake.nextMood({ type: 'answer', answer: { status: 429, headers: { 'retry-after': '60' }, body: '' } });
  expect(await transcriber()(recording, settings())).toBeNull();
  expect(fake.requests).toHaveLength(1);
});

test('a refused connection is tried once more, and then it is a failure', async () => {
  const url = await serving(() => {});
  await closing.pop()?.();
  expect(await transcriber({ allow: [url] })(recording, settings({ url }))).toBeNull();
  expect(lines).toEqual([expect.objectContaining({ host: new URL(url).host, code: 'ECONNREFUSED' })]);
});

test.each<[string, () => void, string]>([
  ['500', () => fake.nextMood({ type: 'answer', answer: { status: 500, body: words } }), 'status_500'],
  ['a cut connection', () => fake.nextMood({ type: 'reset' }), 'ECONNRESET'],
  ['another JSON', () => fake.nextMood({ type: 'answer', answer: { status: 200, body: `{"words":"${words}"}` } }), 'bad_answer'],
  ['no JSON', () => fake.nextMood({ type: 'answer', answer: { status: 200, body: words } }), 'bad_answer'],
  ['a huge answer', () => fake.nextMood({ type: 'answer', answer: { status: 200, body: words.repeat(200_000) } }), 'TOO_LARGE'],
  [
    'a redirect',
    () => fake.nextMood({ type: 'answer', answer: { status: 307, headers: { location: `${fake.url}/audio/transcriptions` }, body: '' } }),
    'status_307',
  ],
])('%s is a failure and not asked for again', async (_what, spoil, code) => {
  spoil();
  expect(await transcriber()(recording, settings())).toBeNull();
  expect(fake.requests).toHaveLength(1);
  expect(lines).toEqual([expect.objectContaining({ code })]);
});

test('the time is for all of it: a service that never answers, or a byte at a time, is left', async () => {
  const drips = await serving((_request, response) => {
    const timer = setInterval(() => response.write(' '), 20);
    response.once('close', () => clearInterval(timer));
  });
  fake.nextMood({ type: 'hang' });
  const transcribe = transcriber({ timeoutMs: 300, allow: [fake.url, drips] });
  const startedAt = performance.now();
  expect(await Promise.all([transcribe(recording, settings()), transcribe(recording, settings({ url: drips }))])).toEqual([null, null]);
  expect(performance.now() - startedAt).toBeLessThan(1_500);
  expect(lines.map(({ code }) => code)).toEqual(['TIMEOUT', 'TIMEOUT']);
});

test('a host that has its share of requests gets no more until one is over, and no recording is held in memory for it', async () => {
  fake.nextMood({ type: 'hang' });
  const transcribe = transcriber({ timeoutMs: 300, slots: 1 });
  const held = transcribe(recording, settings());
  let wasRead = false;
  const read = () => {
    wasRead = true;
    return recording.read();
  };
  expect(await transcribe({ ...recording, read }, settings())).toBeNull();
  expect(wasRead).toBe(false);
  await held;
  expect(await transcribe(recording, settings())).toBe(words);
  expect(lines.map(({ code }) => code)).toEqual(['host_busy', 'TIMEOUT']);
});

test.each([
  ['an Ogg', voiceNote('x'), 'x.opus', 'audio.ogg'],
  ['an MP3', Buffer.from('\xff\xfb\x90\x00', 'latin1'), 'x', 'audio.mp3'],
  ['an MP4', Buffer.from('\0\0\0\x20ftypM4A ', 'latin1'), 'x.aac', 'audio.m4a'],
  ['a WAV', Buffer.from('RIFF\x24\0\0\0WAVE', 'latin1'), '', 'audio.wav'],
  ['something else', Buffer.from('#!AMR'), 'Ana Silva.AMR', 'audio.amr'],
  ['something without a name', Buffer.from('#!AMR'), 'Ana', 'audio.bin'],
])('%s is called by its container', async (_what, file, fileName, expected) => {
  await transcriber()({ ...recording, ...holding(file), fileName }, settings());
  expect(fake.requests[0]?.fileName).toBe(expected);
});
