import type { InboundEvent } from '@typelane/core';

/** A file that stands in an event as text. */
export type Body = { base64: string; mimeType: string | null };

type Found = Body & { holder: Record<string, unknown>; key: string };

/**
 * The file that producers may put into an event itself (`base64` beside the content, a `data:` URL in place of an address, `data` beside
 * its type), and the event without it. The longest is the file, others are previews of it. Null: there is none, and the event is as it was.
 */
export function takeOutBody(event: InboundEvent): { event: InboundEvent; body: Body; hold(fields: Record<string, string>): void } | null {
  if (find(event.data).length === 0) return null;
  const copy = structuredClone(event);
  const found = find(copy.data).toSorted((one, other) => other.base64.length - one.base64.length);
  const [longest] = found;
  if (longest === undefined) return null;
  for (const { holder, key } of found) delete holder[key];
  return {
    event: copy,
    body: { base64: longest.base64, mimeType: longest.mimeType },
    // Beside what stood there, and where every reader looks.
    hold: (fields) => void [longest.holder, copy.data.content].forEach((place) => Object.assign(place, fields)),
  };
}

function find(value: unknown): Found[] {
  if (typeof value !== 'object' || value === null) return [];
  if (Array.isArray(value)) return value.flatMap((inner) => find(inner));
  const holder = value as Record<string, unknown>;
  return Object.entries(holder).flatMap(([key, inner]) => {
    if (typeof inner !== 'string') return find(inner);
    const body = bodyIn(key, inner, holder);
    return body === null ? [] : [{ ...body, holder, key }];
  });
}

const base64Key = /^(?:media|file)?_?base_?64$/i;
const dataUrl = /^data:([\w.+-]+\/[\w.+-]+)?(?:;[\w.+-]+=[^;,]{0,60})*;base64,/i;

/** What a person wrote stays, whatever it looks like. */
const words = /^(?:text|caption|conversation|title|description|thumbnail|jpegThumbnail)$/i;

function bodyIn(key: string, text: string, holder: Record<string, unknown>): Body | null {
  if (words.test(key)) return null;
  const [head, type] = dataUrl.exec(text.slice(0, 300)) ?? [];
  if (head !== undefined) return { base64: text.slice(head.length), mimeType: type ?? null };
  if (base64Key.test(key)) return { base64: text, mimeType: null };
  const hasType = ['mimetype', 'mimeType', 'mime_type'].some((name) => typeof holder[name] === 'string');
  return key === 'data' && hasType ? { base64: text, mimeType: null } : null;
}
