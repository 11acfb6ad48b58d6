import { documents } from '../bubbles/documents.ts';

/** Extensions of media by the family of their MIME type, as Typebot knows them. */
const families: Readonly<Record<string, readonly string[]>> = {
  audio: ['aac', 'm4a', 'mp3', 'ogg', 'wav', 'webm'],
  image: ['avif', 'bmp', 'gif', 'heic', 'heif', 'jpeg', 'png', 'svg', 'tiff', 'webp', 'wmf'],
  video: ['mov', 'mp4', 'mpeg', 'ogv', 'webm'],
};

/** MIME types that are not called like their extension. */
const special: ReadonlyMap<string, string> = new Map([
  ['audio/mp4', 'm4a'],
  ['audio/mpeg', 'mp3'],
  ['audio/x-m4a', 'm4a'],
  ['image/svg+xml', 'svg'],
  ['video/ogg', 'ogv'],
  ['video/quicktime', 'mov'],
  ['application/x-zip-compressed', 'zip'],
  ['application/x-rar-compressed', 'rar'],
]);

const twins: Readonly<Record<string, string>> = { jpg: 'jpeg', tif: 'tiff' };

/**
 * Whether Typebot takes a file at `url` for one of `types` (`.jpg`, `jpg`, `image/*`, `application/pdf`): it compares what stands behind the
 * last dot. True also where that cannot be known: no types, or one that is not known here.
 */
export function isFileAllowed(url: string, types: readonly string[]): boolean {
  if (types.length === 0) return true;
  const extension = plain(url.slice(url.lastIndexOf('.') + 1));
  const lists = types.map((type) => extensionsOf(type.trim().toLowerCase()));
  return lists.some((list) => list === null || list.includes(extension));
}

/** Null: not known here. */
function extensionsOf(type: string): readonly string[] | null {
  const [family = '', name] = type.split('/');
  if (name === undefined) return [plain(type.replace(/^\./, ''))];
  if (name === '*') return families[family] ?? null;
  const found =
    special.get(type) ??
    [...documents].find(([, mimeType]) => mimeType === type)?.[0] ??
    families[family]?.find((known) => known === plain(name));
  return found === undefined ? null : [found];
}

function plain(extension: string): string {
  const lower = extension.toLowerCase();
  return twins[lower] ?? lower;
}
