/** A message that reached a fake's WhatsApp. */
export type SentMessage = { id: string; to: string; type: string; text: string; body: Record<string, unknown> };

/** Thrown inside a fake: how the real gateway refuses this. */
export class GatewayRefusal extends Error {
  readonly status: number;
  readonly body: unknown;

  constructor(status: number, body: unknown) {
    super(`HTTP ${status}`);
    this.status = status;
    this.body = body;
  }
}

/** Fails unless `body` has the required fields and no unknown ones. */
export function strict(
  body: unknown,
  required: readonly string[],
  optional: readonly string[],
  refuse: (sentence: string) => Error,
): Record<string, unknown> {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) throw refuse('the body is no object');
  const fields = body as Record<string, unknown>;
  for (const name of required) if (fields[name] === undefined || fields[name] === null) throw refuse(`"${name}" is missing`);
  for (const name of Object.keys(fields))
    if (!required.includes(name) && !optional.includes(name)) throw refuse(`"${name}" is not allowed`);
  return fields;
}
