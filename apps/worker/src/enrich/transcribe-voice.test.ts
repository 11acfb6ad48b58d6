import { randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';
import { connect, keepTranscript, transcriptOf } from '@typelane/db';
import { connectRedis, createLog, acquireLease } from '@typelane/runtime';
import { waitUntil } from '@typelane/testkit';
import { databaseForTest, redisForTest } from '@typelane/testkit/vitest';
import { afterAll, beforeEach, expect, test } from 'vitest';
import { createListen, type ListenPorts } from './transcribe-voice.ts';

const cloned = await databaseForTest();
const database = connect(cloned.url, { connectionsMax: 4 });
const { url, prefix } = redisForTest();
const redis = connectRedis(url);
afterAll(async () => {
  redis.disconnect();
  await database.close();
  await cloned.drop();
});

const settings = { url: 'https://whisper.example.com', model: 'whisper-1', language: null, prefix: '', apiKey: null };
let file: { mediaId: string; url: string; fileName: string; mimeType: string; sizeBytes: number };
let asked: number;
let answer: (words: string | null) => void;

beforeEach(async () => {
  file = { mediaId: randomUUID(), url: '', fileName: 'voice.ogg', mimeType: 'audio/ogg', sizeBytes: 4 };
  asked = 0;
  await database.sql`
    insert into media (media_id, instance_id, file_name, mime_type, size_bytes) values (${file.mediaId}, 'instance-1', 'voice.ogg', 'audio/ogg', 4)`;
});

/** One process. */
function listener(change: Partial<ListenPorts> = {}, timeoutMs = 10_000) {
  return createListen(
    {
      transcribe: () => {
        asked += 1;
        return new Promise((resolve) => (answer = resolve));
      },
      transcriptOf: (mediaId) => transcriptOf(database.sql, mediaId),
      keepTranscript: (mediaId, words) => keepTranscript(database.sql, mediaId, words),
      open: async () => Readable.from([Buffer.from('OggS')]),
      claim: (mediaId, onError) => acquireLease(redis, `${prefix}:${mediaId}`, { ttlMs: 600, onError }),
      log: createLog('silent'),
      ...change,
    },
    { timeoutMs },
  );
}

const isAsked = () => waitUntil(() => asked > 0, { what: 'the service to be asked' });

test.each([
  ['words', 'bom dia', 'bom dia'],
  ['nothing', '', ''],
  ['a failure', null, ''],
])('of processes that listen to a file at once one asks, and all hear the same: %s', async (_what, said, heard) => {
  const all = [1, 2, 3].map(() => listener()('instance-1', file, settings));
  await isAsked();
  answer(said);
  expect(await Promise.all(all)).toEqual([heard, heard, heard]);
  expect(await listener()('instance-1', file, settings)).toBe(heard);
  expect(asked).toBe(1);
});

test('a process that died while it listened is waited for no longer than its claim lasts', async () => {
  await redis.set(`${prefix}:${file.mediaId}`, 'somebody', 'PX', 400);
  const next = listener()('instance-1', file, settings);
  await isAsked();
  expect(await redis.get(`${prefix}:${file.mediaId}`)).not.toBe('somebody');
  answer('bom dia');
  expect(await next).toBe('bom dia');
});

test('who has waited for the words of another in vain goes on without', async () => {
  const other = acquireLease(redis, `${prefix}:${file.mediaId}`);
  await waitUntil(() => other.isHeld(), { what: 'the claim' });
  expect(await listener({}, 200)('instance-1', file, settings)).toBe('');
  expect(asked).toBe(0);
  await other.release();
});

test('with Redis away it asks all the same', async () => {
  const away = connectRedis('redis://127.0.0.1:1');
  away.on('error', () => {});
  const heard = listener({ claim: (mediaId, onError) => acquireLease(away, mediaId, { onError }) })('instance-1', file, settings);
  await isAsked();
  answer('bom dia');
  expect(await heard).toBe('bom dia');
  away.disconnect();
});

test('a file larger than any service takes is not sent, and one that is gone neither', async () => {
  expect(await listener()('instance-1', { ...file, sizeBytes: 26_214_401 }, settings)).toBe('');
  expect(await listener({ open: () => Promise.resolve(null) })('instance-1', file, settings)).toBe('');
  expect(asked).toBe(0);
});

test('words that cannot be kept are heard all the same', async () => {
  const heard = listener({ keepTranscript: () => Promise.reject(new Error('away')) })('instance-1', file, settings);
  await isAsked();
  answer('bom dia');
  expect(await heard).toBe('bom dia');
});
