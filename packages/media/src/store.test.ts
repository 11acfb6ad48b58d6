import { randomBytes, randomUUID } from 'node:crypto';
import { existsSync, globSync, mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { afterAll, describe, expect, test, vi } from 'vitest';
import { startFakeS3 } from '../test/fake-s3.ts';
import { createMediaStore } from './create-store.ts';
import type { MediaPlace, MediaStore } from './store.ts';

const sizeBytesMax = 1_000;
const folder = mkdtempSync(join(tmpdir(), 'typelane-media-test-'));
/** Its own, so that no draft of anybody else is counted. */
const drafting = join(folder, 'drafting');
mkdirSync(drafting);
vi.stubEnv('TMPDIR', drafting);
const s3 = await startFakeS3('the-key-id');
const bucketAt = (endpoint: string, accessKeyId = 'the-key-id'): MediaPlace => ({
  type: 'bucket',
  bucket: 'files',
  endpoint,
  region: 'us-east-1',
  credentials: { accessKeyId, secretAccessKey: 'a-secret' },
});
const stores: [string, MediaStore][] = [
  ['a folder', createMediaStore({ type: 'folder', folder }, { sizeBytesMax })],
  ['a bucket', createMediaStore(bucketAt(s3.url), { sizeBytesMax })],
];
afterAll(async () => {
  for (const [, store] of stores) store.close();
  await s3.close();
  rmSync(folder, { recursive: true, force: true });
});

const image = { mimeType: 'image/png' };

async function read(opened: { stream: Readable } | null): Promise<Buffer | null> {
  if (opened === null) return null;
  const chunks: Buffer[] = [];
  for await (const chunk of opened.stream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

async function* inChunks(bytes: Uint8Array, sizeBytes: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += sizeBytes) yield bytes.subarray(at, at + sizeBytes);
}

/** Nothing that was begun and not finished is left on this machine. */
function drafts(): string[] {
  return [...globSync(join(folder, 'incoming', '*')), ...globSync(join(drafting, '*'))];
}

describe.each(stores)('%s', (_name, store) => {
  test.each([1, 7, sizeBytesMax])('gives back the %i bytes it was given, at once or in pieces', async (sizeBytes) => {
    const bytes = randomBytes(sizeBytes);
    for (const given of [bytes, inChunks(bytes, 3)]) {
      const mediaId = randomUUID();
      expect(await store.put(mediaId, given, image)).toEqual({ type: 'stored', sizeBytes });
      expect(await read(await store.open(mediaId))).toEqual(bytes);
    }
    expect(drafts()).toEqual([]);
  });

  test('gives a part of a file', async () => {
    const mediaId = randomUUID();
    await store.put(mediaId, Buffer.from('0123456789'), image);
    expect(String(await read(await store.open(mediaId, { from: 2, to: 5 })))).toBe('2345');
    expect(String(await read(await store.open(mediaId, { from: 9, to: 9 })))).toBe('9');
  });

  test('keeps nothing of a file that is too large, and does not read on', async () => {
    const mediaId = randomUUID();
    let given = 0;
    const endless = async function* (): AsyncGenerator<Uint8Array> {
      for (; given < 1_000; given += 1) yield Buffer.alloc(100);
    };
    expect(await store.put(mediaId, endless(), image)).toEqual({ type: 'refused', reason: 'too_large' });
    expect(given).toBeLessThan(20);
    expect(await store.put(mediaId, Buffer.alloc(sizeBytesMax + 1), image)).toEqual({ type: 'refused', reason: 'too_large' });
    expect(await store.open(mediaId)).toBeNull();
    expect(drafts()).toEqual([]);
  });

  test('keeps nothing of an empty file', async () => {
    const mediaId = randomUUID();
    expect(await store.put(mediaId, inChunks(Buffer.alloc(0), 1), image)).toEqual({ type: 'refused', reason: 'empty' });
    expect(await store.open(mediaId)).toBeNull();
  });

  test('keeps nothing of a file whose sender breaks off, and what was there stays', async () => {
    const mediaId = randomUUID();
    await store.put(mediaId, Buffer.from('before'), image);
    const broken = async function* (): AsyncGenerator<Uint8Array> {
      yield Buffer.from('half');
      throw new Error('gone');
    };
    await expect(store.put(mediaId, broken(), image)).rejects.toThrow('gone');
    expect(String(await read(await store.open(mediaId)))).toBe('before');
    expect(drafts()).toEqual([]);
  });

  test('replaces a file that comes again', async () => {
    const mediaId = randomUUID();
    await store.put(mediaId, Buffer.from('a longer one'), image);
    await store.put(mediaId, Buffer.from('new'), image);
    expect(String(await read(await store.open(mediaId)))).toBe('new');
  });

  test('removes many, also ones that are not there', async () => {
    const ids = Array.from({ length: 20 }, () => randomUUID());
    for (const mediaId of ids.slice(1)) await store.put(mediaId, Buffer.from('x'), image);
    await store.remove(ids);
    for (const mediaId of ids) expect(await store.open(mediaId)).toBeNull();
  });

  test.each(['../../etc/passwd', '', 'a/b', `${randomUUID()}/../x`, randomUUID().toUpperCase().replace(/^./, 'A'), '.'])(
    'takes %j for no id',
    async (mediaId) => {
      await expect(store.put(mediaId, Buffer.from('x'), image)).rejects.toThrow('media id');
      await expect(store.open(mediaId)).rejects.toThrow('media id');
      await expect(store.remove([mediaId])).rejects.toThrow('media id');
    },
  );
});

test('a bucket is told the type of an object and asked by path, with a signature', async () => {
  const store = createMediaStore(bucketAt(s3.url), { sizeBytesMax });
  const mediaId = randomUUID();
  await store.put(mediaId, Buffer.from('x'), { mimeType: 'audio/ogg' });
  expect(s3.objects.get(`/files/media/${mediaId}`)).toEqual({ bytes: Buffer.from('x'), contentType: 'audio/ogg' });
  expect(s3.asked.at(-1)).toBe(`PUT /files/media/${mediaId}`);
  const stranger = createMediaStore(bucketAt(s3.url, 'another-key'), { sizeBytesMax });
  await expect(stranger.open(mediaId)).rejects.toThrow('AccessDenied');
  store.close();
  stranger.close();
});

test('a bucket that does not answer is an error, never a missing file', async () => {
  const gone = await startFakeS3('the-key-id');
  gone.fail(Infinity);
  const store = createMediaStore(bucketAt(gone.url), { sizeBytesMax });
  await expect(store.open(randomUUID())).rejects.toThrow('SlowDown');
  await expect(store.put(randomUUID(), Buffer.from('x'), image)).rejects.toThrow('SlowDown');
  expect(drafts()).toEqual([]);
  store.close();
  await gone.close();
});

test('a bucket that fails for a moment is asked again, also with a file in pieces', async () => {
  const shaky = await startFakeS3('the-key-id');
  const store = createMediaStore(bucketAt(shaky.url), { sizeBytesMax });
  const mediaId = randomUUID();
  shaky.fail(2);
  expect(await store.put(mediaId, inChunks(Buffer.from('0123456789'), 3), image)).toEqual({ type: 'stored', sizeBytes: 10 });
  shaky.fail(1);
  expect(String(await read(await store.open(mediaId)))).toBe('0123456789');
  store.close();
  await shaky.close();
});

test('what a process that died left half written is cleared away after a day', async () => {
  const own = mkdtempSync(join(tmpdir(), 'typelane-media-test-'));
  const [old, young] = ['old', 'young'].map((name) => join(own, 'incoming', name)) as [string, string];
  mkdirSync(join(own, 'incoming'));
  for (const draft of [old, young]) writeFileSync(draft, 'half');
  utimesSync(old, new Date(), new Date(Date.now() - 25 * 3_600_000));
  const store = createMediaStore({ type: 'folder', folder: own }, { sizeBytesMax });
  await store.put(randomUUID(), Buffer.from('x'), image);
  await expect.poll(() => existsSync(old)).toBe(false);
  expect(existsSync(young)).toBe(true);
  rmSync(own, { recursive: true, force: true });
});
