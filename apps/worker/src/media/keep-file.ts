import { type InboundContent, type InboundEvent, readInbound } from '@typelane/core';
import { type Loaded, replaceEvent } from '@typelane/db';
import { extractBody } from './bodies.ts';
import type { MediaPorts } from './media-ports.ts';
import { storeMedia, type StoredMedia } from './store-media.ts';

type MediaContent = Extract<InboundContent, { kind: 'media' }>;

/**
 * Keeps the file of the message at the head of a chat: from the address its producer gave, or from the event itself where the store was too
 * slow when it was taken in; that event then loses it. Null: there is none, or nothing is there.
 */
export function createKeepFile(ports: MediaPorts): (loaded: Loaded, content: MediaContent) => Promise<StoredMedia | null> {
  return async ({ conversationId, instance: { instanceId }, head }, { media: kind, url, fileName, mimeType }) => {
    const event = head.event as InboundEvent;
    const { keyId, fromMe } = readInbound(event);
    const about = { instanceId, conversationId, keyId, fromMe, kind, fileName };
    const out = extractBody(event);
    if (out === null) return url === null ? null : storeMedia(ports, { ...about, source: { type: 'url', url }, mimeType });
    const { base64, mimeType: told } = out.body;
    const file = await storeMedia(ports, { ...about, source: { type: 'base64', base64 }, mimeType: told ?? mimeType });
    out.hold(file === null ? { mediaError: 'store_failed' } : { mediaUrl: file.url });
    await replaceEvent(ports.database.sql, { conversationId, seq: head.seq }, out.event);
    return file;
  };
}
