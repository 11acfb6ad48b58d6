import { type InboundEvent, inboundEventSchema, readInbound } from '@typelane/core';

/** A file that an event contains as text. */
export type Body = { base64: string; mimeType: string | null };

type Found = Body & { holder: Record<string, unknown>; key: string };

/**
 * Takes a file out of an event. Producers may send it as `base64` beside the content, as a `data:` URL in place of an address, or as `data`
 * beside its type. The longest body is the file; the others are its previews. Returns a copy of the event without them. Null: no file.
 */
export function extractBody(event: InboundEvent): { event: InboundEvent; body: Body; hold(fields: Record<string, string>): void } | null {
  if (findIn(event).length === 0) return null;
  const copy = structuredClone(event);
  const found = findIn(copy).toSorted((one, other) => other.base64.length - one.base64.length);
  const [longest] = found;
  if (longest === undefined) return null;
  for (const { holder, key } of found) delete holder[key];
  return {
    event: copy,
    body: { base64: longest.base64, mimeType: longest.mimeType },
    // Written beside the old field, and into `content`, where every reader looks.
    hold(fields) {
      for (const place of [longest.holder, copy.data.content]) Object.assign(place, fields);
    },
  };
}

/** Fields of the contract are never files. Inside `content` any field may be one. */
const contractFields: ReadonlySet<string> = new Set(Object.keys(inboundEventSchema.shape.data.shape));

function findIn(event: InboundEvent): Found[] {
  const { data } = event;
  const found = find(data).filter(({ holder, key }) => holder !== data || !contractFields.has(key));
  if (found.length === 0) return found;
  const { content } = readInbound(event);
  return content.kind === 'text' ? found.filter(({ holder, key }) => holder[key] !== content.text) : found;
}

/** Runs on every inbound event, so it allocates nothing when there is no file. */
function find(value: object, found: Found[] = []): Found[] {
  const holder = value as Record<string, unknown>;
  for (const key of Object.keys(holder)) {
    const inner = holder[key];
    if (typeof inner === 'string') {
      const body = bodyIn(key, inner, holder);
      if (body !== null) found.push({ ...body, holder, key });
    } else if (typeof inner === 'object' && inner !== null) find(inner, found);
  }
  return found;
}

const base64Key = /^(?:media|file)?_?base_?64$/i;
const dataUrl = /^data:([\w.+-]+\/[\w.+-]+)?(?:;[\w.+-]+=[^;,]{0,60})*;base64,/;

/** Text that a person wrote stays, even if it looks like a file. */
const words = /^(?:text|caption|conversation|title|description|thumbnail|jpegThumbnail)$/i;

function bodyIn(key: string, text: string, holder: Record<string, unknown>): Body | null {
  const mayBeBody = text.startsWith('data:') || key.endsWith('64') || key === 'data';
  if (!mayBeBody || words.test(key)) return null;
  const [head, type] = dataUrl.exec(text.slice(0, 300)) ?? [];
  if (head !== undefined) return { base64: text.slice(head.length), mimeType: type ?? null };
  if (base64Key.test(key)) return { base64: text, mimeType: null };
  const hasType = ['mimetype', 'mimeType', 'mime_type'].some((name) => typeof holder[name] === 'string');
  return key === 'data' && hasType ? { base64: text, mimeType: null } : null;
}
