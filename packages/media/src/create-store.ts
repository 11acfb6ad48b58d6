import { createFolderStore } from './folder.ts';
import { createS3Store } from './s3.ts';
import type { MediaPlace, MediaStore } from './store.ts';

/** `sizeBytesMax` limits one file; the rest of a larger one is not read. */
export function createMediaStore(place: MediaPlace, { sizeBytesMax }: { sizeBytesMax: number }): MediaStore {
  return place.type === 'folder' ? createFolderStore(place.folder, sizeBytesMax) : createS3Store(place, sizeBytesMax);
}
