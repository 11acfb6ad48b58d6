import { randomUUID } from 'node:crypto';
import { mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { checkedId, type MediaStore, spool } from './store.ts';

/** Files are written here first, so a partial file is never visible. */
const draftsFolder = 'incoming';

/** Milliseconds, longer than any upload takes. An older draft was left by a process that died. */
const draftAgeMaxMs = 24 * 3_600_000;

/** Files in a folder, each under the first two digits of its id: `<folder>/3f/3f2a…`. */
export function createFolderStore(folder: string, sizeBytesMax: number): MediaStore {
  const pathOf = (mediaId: string): string => join(folder, checkedId(mediaId).slice(0, 2), mediaId);
  let cleaned: Promise<void> | null = null;
  return {
    async put(mediaId, bytes) {
      const path = pathOf(mediaId);
      const drafts = join(folder, draftsFolder);
      await mkdir(drafts, { recursive: true, mode: 0o700 });
      cleaned ??= removeOldDrafts(drafts).catch(() => {});
      const draft = join(drafts, `${mediaId}.${randomUUID()}`);
      const put = await spool(draft, bytes, sizeBytesMax);
      if (put.type === 'refused') return put;
      await mkdir(join(path, '..'), { recursive: true, mode: 0o700 });
      await rename(draft, path);
      return put;
    },
    async open(mediaId, range) {
      const file = await open(pathOf(mediaId), 'r').catch(nullIfAbsent);
      return file && { stream: file.createReadStream(range ? { start: range.from, end: range.to } : {}) };
    },
    async remove(mediaIds) {
      for (const mediaId of mediaIds) await rm(pathOf(mediaId), { force: true });
    },
    close() {},
  };
}

async function removeOldDrafts(drafts: string): Promise<void> {
  for (const name of await readdir(drafts)) {
    const draft = join(drafts, name);
    const found = await stat(draft).catch(nullIfAbsent);
    if (found && Date.now() - found.mtimeMs > draftAgeMaxMs) await rm(draft, { force: true });
  }
}

function nullIfAbsent(error: unknown): null {
  if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
  throw error;
}
