/**
 * Text of a jsonb value that PostgreSQL takes. It refuses U+0000 and lone surrogates, which JSON allows and contacts (or
 * their gateways) send: those characters become U+FFFD, so that one odd emoji cannot hold up a chat.
 */
export function toJsonb(value: unknown): string {
  const json = JSON.stringify(value);
  return suspicious.test(json) ? JSON.stringify(value, clean) : json;
}

/** `text` columns refuse U+0000 too. */
export function toText(value: string): string {
  return value.includes('\u0000') || !value.isWellFormed() ? (clean('', value) as string) : value;
}

// JSON.stringify writes lone surrogates and U+0000 as escapes, so a pair of real characters never matches.
const suspicious = /\\u(?:0000|d[89a-f])/i;

function clean(_key: string, value: unknown): unknown {
  if (typeof value === 'string') return value.toWellFormed().replaceAll('\u0000', '\uFFFD');
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  const entries = Object.entries(value);
  return entries.some(([name]) => toText(name) !== name)
    ? Object.fromEntries(entries.map(([name, entry]) => [toText(name), entry]))
    : value;
}
