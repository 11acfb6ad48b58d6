import { open, rm } from 'node:fs/promises';
import type { Put } from './store.ts';

/** Writes a new file and gives it to the disk. What is refused or fails leaves no file behind. */
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
