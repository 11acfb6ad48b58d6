import { type InboundContent, type InboundEvent, readInbound } from '@typelane/core';
import type { Loaded } from '@typelane/db';
import type { MediaPorts } from './media-ports.ts';
import { storeMedia, type StoredMedia } from './store-media.ts';

type MediaContent = Extract<InboundContent, { kind: 'media' }>;

/** Keeps the file of the message at the head of a chat, from the address its producer gave. Null: there is none, or nothing is there. */
export function createKeepFile(ports: MediaPorts): (loaded: Loaded, content: MediaContent) => Promise<StoredMedia | null> {
  return async ({ conversationId, instance: { instanceId }, head }, { media: kind, url, fileName, mimeType }) => {
    if (url === null) return null;
    const { keyId, fromMe } = readInbound(head.event as InboundEvent);
    return storeMedia(ports, { instanceId, conversationId, keyId, fromMe, kind, source: { type: 'url', url }, fileName, mimeType });
  };
}
