/**
 * JSON text that PostgreSQL accepts as jsonb. PostgreSQL refuses U+0000 and lone surrogates, which JSON allows and gateways send. They become
 * U+FFFD, so that a broken emoji does not block a conversation.
 */
export function toJsonb(value: unknown): string {
  const json = JSON.stringify(value);
  return suspicious.test(json) ? JSON.stringify(value, clean) : json;
}

/** Text that PostgreSQL accepts; `text` columns refuse U+0000 too. */
export function toText(value: string): string {
  return value.includes('\u0000') || !value.isWellFormed() ? (clean('', value) as string) : value;
}

// JSON.stringify writes only lone surrogates and U+0000 as these escapes; well-formed characters stay as they are.
const suspicious = /\\u(?:0000|d[89a-f])/i;

function clean(_key: string, value: unknown): unknown {
  if (typeof value === 'string') return value.toWellFormed().replaceAll('\u0000', '\uFFFD');
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  const entries = Object.entries(value);
  return entries.some(([name]) => toText(name) !== name)
    ? Object.fromEntries(entries.map(([name, entry]) => [toText(name), entry]))
    : value;
}
