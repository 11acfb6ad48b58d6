import { fieldName, type Problem, shown } from '@typelane/core/contracts';

/** Bytes of the JSON of one job. */
export const jobBytesMax = 512 * 1024;
/** Bytes of one text, caption or other words of a message in UTF-8. WhatsApp itself ends at 4,096 characters. */
export const textBytesMax = 64 * 1024;
/** Levels of nesting of one event. */
export const depthMax = 32;

/** A limit that was broken, and how. */
export type Excess = Problem & { limit: 'too_deep' | 'text_too_long' | 'too_large' };

/** The first limit that a job's data breaks; null when it breaks none. */
export function inboundExcess(data: unknown): Excess | null {
  const events: unknown[] = Array.isArray(data) ? data : [data];
  for (const [index, event] of events.entries()) {
    const excess = eventExcess(event, Array.isArray(data) ? [index] : []);
    if (excess !== null) return excess;
  }
  return sizeExcess(data);
}

/** The first limit, except size, that one event breaks. Descends no deeper than the limit, so any depth is safe. */
export function eventExcess(event: unknown, path: (string | number)[] = []): Excess | null {
  return nestingExcess(event, path, 1);
}

/** Names of fields that contain a person's text. Other strings, such as thumbnails, only count towards the size of the job. */
const textFields = new Set(['text', 'caption', 'conversation']);

function nestingExcess(value: unknown, path: (string | number)[], depth: number): Excess | null {
  if (typeof value === 'string') return textExcess(value, path);
  if (typeof value !== 'object' || value === null) return null;
  if (depth > depthMax)
    return { limit: 'too_deep', field: fieldName(path.slice(0, 3)), expected: `nest at most ${depthMax} levels`, came: 'more' };
  for (const [name, inner] of Object.entries(value)) {
    const excess = nestingExcess(inner, [...path, Array.isArray(value) ? Number(name) : name], depth + 1);
    if (excess !== null) return excess;
  }
  return null;
}

function textExcess(text: string, path: (string | number)[]): Excess | null {
  const name = path.at(-1);
  if (typeof name !== 'string' || !textFields.has(name)) return null;
  const bytes = Buffer.byteLength(text);
  return bytes <= textBytesMax
    ? null
    : { limit: 'text_too_long', field: fieldName(path), expected: `be text of at most ${textBytesMax} bytes`, came: `${bytes} bytes` };
}

function sizeExcess(data: unknown): Excess | null {
  const field = '';
  let json: string | undefined;
  try {
    json = JSON.stringify(data);
  } catch {
    return { limit: 'too_deep', field, expected: 'be a JSON value', came: 'something JSON cannot hold' };
  }
  if (json === undefined) return { limit: 'too_large', field, expected: 'be an object', came: shown(undefined, data) };
  const bytes = Buffer.byteLength(json);
  return bytes <= jobBytesMax
    ? null
    : { limit: 'too_large', field, expected: `be at most ${jobBytesMax} bytes of JSON`, came: `${bytes} bytes` };
}
