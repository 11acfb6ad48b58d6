import type { InboundContent } from '@typelane/core';

export type MediaContent = Extract<InboundContent, { kind: 'media' }>;

/** A file in the media store. */
export type KeptFile = { mediaId: string; url: string; fileName: string; mimeType: string; sizeBytes: number };
