import { randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import type { S3Client } from '@aws-sdk/client-s3';
import { checkedId, type MediaPlace, type MediaStore, spool } from './store.ts';

type Bucket = Extract<MediaPlace, { type: 'bucket' }>;

/** Milliseconds without a connection, and without a byte on one. */
const timeouts = { connectionTimeout: 5_000, socketTimeout: 30_000 };

const attemptsMax = 3;

/** Removed in parallel, one request each: some servers do not support the request for many objects. */
const removalsAtOnce = 8;

/** Files in a bucket, as `media/<id>`. The AWS client is loaded for the first file, because most installations never need it. */
export function createS3Store({ bucket: Bucket, endpoint, region, credentials }: Bucket, sizeBytesMax: number): MediaStore {
  const library = lazily(() => import('@aws-sdk/client-s3'));
  const client = lazily(async () => {
    const { S3Client } = await library();
    return new S3Client({
      region,
      ...(endpoint !== null && { endpoint, forcePathStyle: true }),
      ...(credentials && { credentials }),
      requestHandler: timeouts,
      maxAttempts: attemptsMax,
      logger: silent,
      // Older servers refuse checksums in trailers, which are the default of the AWS client.
      requestChecksumCalculation: 'WHEN_REQUIRED',
      responseChecksumValidation: 'WHEN_REQUIRED',
    });
  });
  let opened: S3Client | null = null;
  const connect = async (): Promise<S3Client> => (opened = await client());
  const keyOf = (mediaId: string): string => `media/${checkedId(mediaId)}`;

  return {
    async put(mediaId, bytes, { mimeType }) {
      const Key = keyOf(mediaId);
      const { PutObjectCommand } = await library();
      const s3 = await connect();
      // S3 needs the length before the first byte.
      const draft = join(tmpdir(), `typelane-media-${randomUUID()}`);
      const put = await spool(draft, bytes, sizeBytesMax);
      if (put.type === 'refused') return put;
      try {
        await withRetries(async () => {
          const Body = createReadStream(draft);
          await s3.send(new PutObjectCommand({ Bucket, Key, Body, ContentLength: put.sizeBytes, ContentType: mimeType }));
        });
        return put;
      } finally {
        await rm(draft, { force: true });
      }
    },
    async open(mediaId, range) {
      const Key = keyOf(mediaId);
      const { GetObjectCommand } = await library();
      const s3 = await connect();
      try {
        const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key, ...(range && { Range: `bytes=${range.from}-${range.to}` }) }));
        if (!(Body instanceof Readable)) throw new Error('The answer of the bucket must be a stream');
        return { stream: Body };
      } catch (error) {
        if (isNoSuchKey(error)) return null;
        throw error;
      }
    },
    async remove(mediaIds) {
      const { DeleteObjectCommand } = await library();
      const s3 = await connect();
      const keys = mediaIds.map(keyOf);
      for (let start = 0; start < keys.length; start += removalsAtOnce) {
        await Promise.all(keys.slice(start, start + removalsAtOnce).map((Key) => s3.send(new DeleteObjectCommand({ Bucket, Key }))));
      }
    },
    close: () => opened?.destroy(),
  };
}

/** Failures are thrown. Without this the AWS client would also write them to the console. */
const silent = { debug() {}, info() {}, warn() {}, error() {} };

/** The AWS client does not repeat a request whose body is a stream. A 4xx answer is final. */
async function withRetries(send: () => Promise<void>): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await send();
    } catch (error) {
      if (attempt === attemptsMax || isRefusal(error)) throw error;
      await sleep(200 * attempt);
    }
  }
}

function isRefusal(error: unknown): boolean {
  const { $metadata } = error as { $metadata?: { httpStatusCode?: number } };
  const status = $metadata?.httpStatusCode ?? 0;
  return status >= 400 && status < 500;
}

function lazily<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | null = null;
  return () => (made ??= make());
}

function isNoSuchKey(error: unknown): boolean {
  return error instanceof Error && (error.name === 'NoSuchKey' || error.name === 'NotFound');
}
