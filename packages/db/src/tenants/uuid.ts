/** Check ids from outside first: PostgreSQL refuses a malformed uuid with an error, and for the caller it is an unknown id. */
export function isUuid(text: string): boolean {
  return /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i.test(text);
}
