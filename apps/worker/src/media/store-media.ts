import { createHash } from 'node:crypto';
import { beginMedia, findMedia, finishMedia, type Media, withoutParameters } from '@typelane/db';
import { fileNameFor, mimeTypeOf, typeOfName } from '@typelane/media';
import { fetchFile } from './fetch-file.ts';
import type { MediaPorts } from './media-ports.ts';

export type MediaKind = 'image' | 'video' | 'document' | 'sticker' | 'audio';

/** The file of one message, with the ids of the message. */
export type MediaToStore = {
  instanceId: string;
  conversationId: string;
  keyId: string;
  fromMe: boolean;
  kind: MediaKind;
  source: { type: 'base64'; base64: string } | { type: 'url'; url: string };
  /** As the sender called it, and what the producer says it is. */
  fileName: string | null;
  mimeType: string | null;
};

/** A file where bots can open it. */
export type StoredMedia = { mediaId: string; url: string; fileName: string; mimeType: string; sizeBytes: number };

/**
 * Stores the file of a message and returns an address of ours. A second call for the same message finds the stored file and fetches
 * nothing. Null: the file is unavailable, and the log has the reason. Throws when the database is away.
 */
export async function storeMedia(ports: MediaPorts, wanted: MediaToStore): Promise<StoredMedia | null> {
  const stored = await tryToStore(ports, wanted);
  return stored.type === 'stored' ? stored.file : null;
}

/** `reason`: a stable code. */
export type Storing = { type: 'stored'; file: StoredMedia } | { type: 'failed'; reason: string };

/** Its errors quote neither file names nor chats. */
export async function tryToStore(ports: MediaPorts, wanted: MediaToStore): Promise<Storing> {
  try {
    return await findOrStore(ports, wanted);
  } catch (error) {
    throw withoutParameters(error);
  }
}

async function findOrStore(ports: MediaPorts, wanted: MediaToStore): Promise<Storing> {
  // A gateway may have uploaded the file: it is then stored under its own id.
  const own = wanted.source.type === 'url' ? ports.fileAt(wanted.source.url) : null;
  const mediaId = own?.mediaId ?? mediaIdOf(wanted);
  const known = await findMedia(ports.database, mediaId);
  if (known) return { type: 'stored', file: offered(ports, known) };
  const storing: Storing = own ? { type: 'failed', reason: 'gone' } : await store(ports, wanted, mediaId);
  const { instanceId, conversationId, source } = wanted;
  if (storing.type === 'failed')
    ports.log.warn({ instanceId, conversationId, source: source.type, reason: storing.reason }, 'media.failed');
  return storing;
}

async function store(ports: MediaPorts, wanted: MediaToStore, mediaId: string): Promise<Storing> {
  const { instanceId, conversationId, source } = wanted;
  const read = source.type === 'url' ? await fetchFile(source.url, ports) : decode(source.base64);
  if (read.type === 'failed') return read;
  const named = nameOf(wanted, read.mimeType);
  if (named === null) {
    await dropped(read.bytes);
    return { type: 'failed', reason: 'not_media' };
  }
  const known = await beginMedia(ports.database, { mediaId, instanceId, conversationId, ...named }).catch(async (error: unknown) => {
    await dropped(read.bytes);
    throw error;
  });
  if (known) {
    await dropped(read.bytes);
    return { type: 'stored', file: offered(ports, known) };
  }
  const put = await ports.store.put(mediaId, read.bytes, named).catch((error: unknown) => {
    ports.log.warn({ err: error, instanceId, conversationId }, 'media.put.failed');
    return { type: 'refused' as const, reason: 'store_failed' };
  });
  if (put.type === 'refused') return { type: 'failed', reason: put.reason };
  const file = await finishMedia(ports.database, { mediaId, sizeBytes: put.sizeBytes, keepDays: ports.keepDays });
  return { type: 'stored', file: offered(ports, file) };
}

function offered({ addressOf }: MediaPorts, { mediaId, fileName, mimeType, sizeBytes }: Media): StoredMedia {
  return { mediaId, url: addressOf({ mediaId, fileName }), fileName, mimeType, sizeBytes };
}

/** The same message has the same id in every process: a uuid (version 8) derived from the ids of the message. */
function mediaIdOf({ instanceId, conversationId, keyId, fromMe }: MediaToStore): string {
  const hex = createHash('sha256')
    .update(JSON.stringify(['media', instanceId, conversationId, fromMe, keyId]))
    .digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

type Read = { type: 'fetched'; bytes: Uint8Array | AsyncIterable<Uint8Array>; mimeType: null } | { type: 'failed'; reason: string };

/** Node decodes base64 leniently; other text must not become a file of noise. */
function decode(base64: string): Read {
  const text = base64.replaceAll(/\s+/g, '');
  if (!/^[\w+/-]*={0,2}$/.test(text)) return { type: 'failed', reason: 'not_base64' };
  return { type: 'fetched', bytes: Buffer.from(text, 'base64'), mimeType: null };
}

/** An unread stream holds its connection. */
async function dropped(bytes: Uint8Array | AsyncIterable<Uint8Array>): Promise<void> {
  if (!(bytes instanceof Uint8Array)) await bytes[Symbol.asyncIterator]().return?.();
}

const usualType: Record<MediaKind, string> = {
  image: 'image/jpeg',
  video: 'video/mp4',
  audio: 'audio/ogg',
  sticker: 'image/webp',
  document: 'application/octet-stream',
};

/** Null: a page came in place of the file, as hosts answer when a link has expired. */
function nameOf({ kind, source, ...said }: MediaToStore, came: string | null): { fileName: string; mimeType: string } | null {
  const declared = mimeTypeOf(said.mimeType);
  if (came === 'text/html' && declared !== came && kind !== 'document') return null;
  const fileName = said.fileName ?? (source.type === 'url' ? nameInPath(source.url) : null);
  const candidates = [declared, came, fileName === null ? null : typeOfName(fileName), usualType[kind]];
  const mimeType = candidates.find((type) => type !== null && type !== 'application/octet-stream') ?? 'application/octet-stream';
  return { fileName: fileNameFor({ fileName, mimeType, fallback: kind === 'document' ? 'file' : kind }), mimeType };
}

/** The end of a path, where it looks like a file's name. */
function nameInPath(address: string): string | null {
  const last = URL.parse(address)?.pathname.split('/').at(-1) ?? '';
  if (typeOfName(last) === null) return null;
  try {
    return decodeURIComponent(last);
  } catch {
    return last;
  }
}
