/** JSON of which nothing is certain. Readers that never throw: what is not there, or is something else, is null. */
export type Fields = Readonly<Record<string, unknown>>;

export function fields(value: unknown): Fields {
  return isFields(value) ? value : {};
}

export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function list(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

export function text(value: unknown): string | null {
  if (typeof value === 'number') return String(value);
  return typeof value === 'string' && value !== '' ? value : null;
}

/** A number, also where it comes as text or as the three parts protobuf libraries make of 64 bits. */
export function number(value: unknown): number | null {
  const plain = isFields(value) && typeof value['low'] === 'number' ? (value['low'] >>> 0) + Number(value['high'] ?? 0) * 2 ** 32 : value;
  const read = typeof plain === 'string' && plain.trim() !== '' ? Number(plain) : plain;
  return typeof read === 'number' && Number.isFinite(read) ? read : null;
}
