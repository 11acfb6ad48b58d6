import { type InboundContent, type InboundEvent, readInbound } from '@typelane/core';
import { type Loaded, replaceEvent } from '@typelane/db';
import { extractBody } from './bodies.ts';
import type { MediaPorts } from './media-ports.ts';
import { storeMedia, type StoredMedia } from './store-media.ts';

type MediaContent = Extract<InboundContent, { kind: 'media' }>;

/**
 * Stores the file of the oldest unhandled message. It comes from the producer's address, or from the event itself if the store was too slow
 * during ingest; the event is then replaced by one without the file. Null: the message has no file, or it could not be stored.
 */
export function createKeepFile(ports: MediaPorts): (loaded: Loaded, content: MediaContent) => Promise<StoredMedia | null> {
  return async ({ conversationId, instance: { instanceId }, head }, { media: kind, url, fileName, mimeType }) => {
    const event = head.event as InboundEvent;
    const { keyId, fromMe } = readInbound(event);
    const about = { instanceId, conversationId, keyId, fromMe, kind, fileName };
    const out = extractBody(event);
    if (out === null) return url === null ? null : storeMedia(ports, { ...about, source: { type: 'url', url }, mimeType });
    const { base64, mimeType: bodyType } = out.body;
    const file = await storeMedia(ports, { ...about, source: { type: 'base64', base64 }, mimeType: bodyType ?? mimeType });
    out.hold(file === null ? { mediaError: 'store_failed' } : { mediaUrl: file.url });
    await replaceEvent(ports.database.sql, { conversationId, seq: head.seq }, out.event);
    return file;
  };
}
