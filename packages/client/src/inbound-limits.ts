import { describe, fieldName, type Problem } from './problem.ts';

/** Bytes of the JSON of one job. */
export const jobBytesMax = 512 * 1024;
/** Bytes of one text, caption or other words of a message in UTF-8. WhatsApp itself ends at 4,096 characters. */
export const textBytesMax = 64 * 1024;
/** Levels of nesting of one event. */
export const depthMax = 32;

/** The first limit that a job's data breaks; null when it breaks none. */
export function inboundExcess(data: unknown): Problem | null {
  const events: unknown[] = Array.isArray(data) ? data : [data];
  for (const [index, event] of events.entries()) {
    const excess = nestingExcess(event, Array.isArray(data) ? [index] : [], 1);
    if (excess !== null) return excess;
  }
  return sizeExcess(data);
}

/** Names of fields that carry a person's words. Other strings, such as thumbnails, only count towards the size of the job. */
const textFields = new Set(['text', 'caption', 'conversation']);

function nestingExcess(value: unknown, path: (string | number)[], depth: number): Problem | null {
  if (typeof value === 'string') return textExcess(value, path);
  if (typeof value !== 'object' || value === null) return null;
  if (depth > depthMax) return { field: fieldName(path.slice(0, 3)), expected: `nest at most ${depthMax} levels`, came: 'more' };
  for (const [name, inner] of Object.entries(value)) {
    const excess = nestingExcess(inner, [...path, Array.isArray(value) ? Number(name) : name], depth + 1);
    if (excess !== null) return excess;
  }
  return null;
}

function textExcess(text: string, path: (string | number)[]): Problem | null {
  const name = path.at(-1);
  if (typeof name !== 'string' || !textFields.has(name)) return null;
  const bytes = Buffer.byteLength(text);
  return bytes <= textBytesMax
    ? null
    : { field: fieldName(path), expected: `be text of at most ${textBytesMax} bytes`, came: `${bytes} bytes` };
}

function sizeExcess(data: unknown): Problem | null {
  const field = Array.isArray(data) ? 'the array of events' : 'the event';
  let json: string | undefined;
  try {
    json = JSON.stringify(data);
  } catch {
    return { field, expected: 'be a JSON value', came: 'something JSON cannot hold' };
  }
  if (json === undefined) return { field, expected: 'be an object', came: describe(data) };
  const bytes = Buffer.byteLength(json);
  return bytes <= jobBytesMax ? null : { field, expected: `be at most ${jobBytesMax} bytes of JSON`, came: `${bytes} bytes` };
}
