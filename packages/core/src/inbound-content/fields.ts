import { storable } from '../whatsapp.ts';

/** Content of which nothing is certain. */
export type Fields = Readonly<Record<string, unknown>>;

export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The object under the first of `names` that holds one. */
export function inside(from: Fields | null, ...names: string[]): Fields | null {
  for (const name of names) {
    const value = from?.[name];
    if (isFields(value)) return value;
  }
  return null;
}

/** The first of `names` that holds a text; numbers count, blank texts do not. */
export function text(from: Fields | null, ...names: string[]): string | null {
  for (const name of names) {
    const value = from?.[name];
    if (typeof value === 'string' && value.trim() !== '') return storable(value);
    if (typeof value === 'number') return String(value);
  }
  return null;
}

export function number(from: Fields | null, ...names: string[]): number | null {
  const value = Number(text(from, ...names) ?? Number.NaN);
  return Number.isFinite(value) ? value : null;
}

/** `json` as an object; null when it is none. */
export function parsed(json: unknown): Fields | null {
  if (isFields(json)) return json;
  if (typeof json !== 'string') return null;
  try {
    const value: unknown = JSON.parse(json);
    return isFields(value) ? value : null;
  } catch {
    return null;
  }
}
