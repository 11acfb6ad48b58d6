import { expect, test } from 'vitest';
import { readEnv } from './env.ts';
import { mediaEnv, mediaPlanOf } from './media-plan.ts';

const planOf = (env: Record<string, string>) => mediaPlanOf(readEnv(mediaEnv, { SECRET_KEY: '4d1f0a9be27c83566f5e2d1c0b9a8877', ...env }));

test('without a word files are kept in the data folder for 30 days and offered where the API listens', () => {
  expect(planOf({})).toMatchObject({
    publicUrl: 'http://127.0.0.1:3000',
    place: { type: 'folder', folder: '.data/media' },
    sizeBytesMax: 100 * 1_024 * 1_024,
    keepDays: 30,
  });
});

test.each([
  [{ PUBLIC_URL: 'https://bots.example.com/x' }, 'https://bots.example.com/x'],
  [{ HOST: '0.0.0.0', PORT: '80' }, 'http://127.0.0.1:80'],
  [{ HOST: '::1' }, 'http://[::1]:3000'],
])('%j: files are offered at %s', (env, publicUrl) => {
  expect(planOf(env).publicUrl).toBe(publicUrl);
});

test('a folder of their own, and no end', () => {
  expect(planOf({ MEDIA_DIR: '/srv/files', MEDIA_KEEP_DAYS: '0' })).toMatchObject({
    place: { type: 'folder', folder: '/srv/files' },
    keepDays: null,
  });
});

test('a bucket takes the place of the folder', () => {
  const bucket = { MEDIA_S3_BUCKET: 'files', MEDIA_S3_ENDPOINT: 'http://minio:9000' };
  expect(planOf({ ...bucket, MEDIA_S3_ACCESS_KEY_ID: 'id', MEDIA_S3_SECRET_ACCESS_KEY: 'secret' }).place).toEqual({
    type: 'bucket',
    bucket: 'files',
    endpoint: 'http://minio:9000',
    region: 'us-east-1',
    credentials: { accessKeyId: 'id', secretAccessKey: 'secret' },
  });
  expect(planOf({ MEDIA_S3_BUCKET: 'files', MEDIA_S3_REGION: 'sa-east-1' }).place).toMatchObject({
    endpoint: null,
    region: 'sa-east-1',
    credentials: null,
  });
});

test.each<[Record<string, string>, RegExp]>([
  [{ MEDIA_S3_BUCKET: 'files', MEDIA_S3_ACCESS_KEY_ID: 'id' }, /MEDIA_S3_ACCESS_KEY_ID and MEDIA_S3_SECRET_ACCESS_KEY must both be set/],
  [{ MEDIA_S3_ENDPOINT: 'http://minio:9000' }, /MEDIA_S3_BUCKET/],
  [{ PUBLIC_URL: 'bots.example.com' }, /PUBLIC_URL/],
  [{ PUBLIC_URL: 'https://example.com/?x=1' }, /PUBLIC_URL/],
  [{ MEDIA_MAX_MB: '0' }, /MEDIA_MAX_MB must be a whole number from 1/],
  [{ MEDIA_KEEP_DAYS: 'long' }, /MEDIA_KEEP_DAYS/],
])('%j is refused by a sentence that names the variable', (env, sentence) => {
  expect(() => planOf(env)).toThrow(sentence);
});

test('the key of addresses is made from SECRET_KEY and is not it', () => {
  expect(planOf({}).key).toEqual(planOf({}).key);
  expect(planOf({}).key).not.toEqual(planOf({ SECRET_KEY: '8d1f0a9be27c83566f5e2d1c0b9a8877' }).key);
  expect(planOf({}).key).toHaveLength(32);
});
