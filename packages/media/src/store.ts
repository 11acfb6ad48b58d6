import { open, rm } from 'node:fs/promises';
import type { Readable } from 'node:stream';

/** Keeps files by id. An id that is not a lower-case UUID is a defect of the caller and throws. */
export type MediaStore = {
  /** Stores all bytes or none. An existing file is replaced. Throws when the place cannot be written or when `bytes` throws. */
  put(mediaId: string, bytes: Uint8Array | AsyncIterable<Uint8Array>, about: { mimeType: string }): Promise<Put>;
  /** Null: there is no such file. The caller must read the stream to its end or destroy it. */
  open(mediaId: string, range?: ByteRange): Promise<{ stream: Readable } | null>;
  /** Ignores files that do not exist. */
  remove(mediaIds: readonly string[]): Promise<void>;
  close(): void;
};

export type Put = { type: 'stored'; sizeBytes: number } | { type: 'refused'; reason: 'too_large' | 'empty' };

/** First and last byte, both included. Both must be within the file. */
export type ByteRange = { from: number; to: number };

export type MediaPlace =
  | { type: 'folder'; folder: string }
  | {
      type: 'bucket';
      bucket: string;
      /** Null: Amazon S3. Any other server gets path-style addresses (`<endpoint>/<bucket>/<key>`), which all of them support. */
      endpoint: string | null;
      region: string;
      /** Null: from the environment, profile or role of the machine. */
      credentials: { accessKeyId: string; secretAccessKey: string } | null;
    };

/** Guards paths and keys: an id of hex digits and dashes cannot lead out of the folder. */
export function checkedId(mediaId: string): string {
  if (!/^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(mediaId)) throw new Error('A media id must be a lower-case UUID');
  return mediaId;
}

/** Writes a new file and flushes it to disk. A refused or failed write leaves no file. */
export async function spool(path: string, bytes: Uint8Array | AsyncIterable<Uint8Array>, sizeBytesMax: number): Promise<Put> {
  const file = await open(path, 'wx', 0o600);
  let put: Put | null = null;
  try {
    let sizeBytes = 0;
    for await (const chunk of bytes instanceof Uint8Array ? [bytes] : bytes) {
      sizeBytes += chunk.length;
      if (sizeBytes > sizeBytesMax) return (put = { type: 'refused', reason: 'too_large' });
      await file.writeFile(chunk);
    }
    if (sizeBytes === 0) return (put = { type: 'refused', reason: 'empty' });
    await file.datasync();
    return (put = { type: 'stored', sizeBytes });
  } finally {
    await file.close();
    if (put?.type !== 'stored') await rm(path, { force: true });
  }
}
