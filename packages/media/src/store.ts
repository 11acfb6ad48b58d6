import type { Readable } from 'node:stream';
import { createFolderStore } from './folder.ts';
import { createS3Store } from './s3.ts';

/** Keeps files by their ids. Every id is a uuid; anything else is a defect of the caller and throws. */
export type MediaStore = {
  /** Keeps the bytes, whole or not at all. A second time replaces them. Throws when the place cannot be written, or when `bytes` does. */
  put(mediaId: string, bytes: Uint8Array | AsyncIterable<Uint8Array>, about: { mimeType: string }): Promise<Put>;
  /** Null: there is no such file. The caller reads the stream to its end or destroys it. */
  open(mediaId: string, range?: ByteRange): Promise<{ stream: Readable } | null>;
  /** Those that are not there are gone already. */
  remove(mediaIds: readonly string[]): Promise<void>;
  close(): void;
};

export type Put = { type: 'stored'; sizeBytes: number } | { type: 'refused'; reason: 'too_large' | 'empty' };

/** First and last byte, both included, within the file. */
export type ByteRange = { from: number; to: number };

export type MediaPlace =
  | { type: 'folder'; folder: string }
  | {
      type: 'bucket';
      bucket: string;
      /** Null: Amazon's own. Others are asked by path (`<endpoint>/<bucket>/<key>`), which every one of them understands. */
      endpoint: string | null;
      region: string;
      /** Null: as the machine has them (environment, profile, role). */
      credentials: { accessKeyId: string; secretAccessKey: string } | null;
    };

/** `sizeBytesMax`: of one file; the rest of a larger one is not read. */
export function createMediaStore(place: MediaPlace, { sizeBytesMax }: { sizeBytesMax: number }): MediaStore {
  return place.type === 'folder' ? createFolderStore(place.folder, sizeBytesMax) : createS3Store(place, sizeBytesMax);
}
