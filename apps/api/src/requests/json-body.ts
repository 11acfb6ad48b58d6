import type { FastifyInstance } from 'fastify';
import { refusal } from '../errors/refusal.ts';

/**
 * JSON in UTF-8 is the only type that is read. Invalid UTF-8 is refused, because decoding it leniently would change characters. A key that
 * occurs twice in one object is refused, because readers disagree about which value counts. Many clients declare JSON and send
 * nothing: that is no body, and the route decides whether it needs one.
 */
export function readJsonBodies(app: FastifyInstance): void {
  const parse = app.getDefaultJsonParser('error', 'error');
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, bytes: Buffer, done) => {
    if (bytes.length === 0) return done(null, undefined);
    const text = textOf(bytes);
    if (text === null) return done(refusal('INVALID_JSON', ['The body must be UTF-8, but it contains bytes that are not']));
    void parse(request, text, (error: Error | null, value?: unknown) => {
      if (error) return done(syntaxProblem(text));
      const repeated = hasRepeatedKey(text, value);
      done(repeated ? refusal('INVALID_JSON', ['No key may occur twice in an object of the body, but one does']) : null, value);
    });
  });
}

function textOf(bytes: Buffer): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return null;
  }
}

/** The engine says what it met and where. It may quote the text around that, which can hold a secret: the quotation is left out. */
function syntaxProblem(text: string): Error {
  try {
    JSON.parse(text);
    return refusal('INVALID_JSON');
  } catch (cause) {
    const problem = cause instanceof Error ? cause.message.replace(/, (?:\.{3})?".*/s, '') : 'unknown syntax error';
    return refusal('INVALID_JSON', [`The body must be valid JSON: ${problem}`], { cause });
  }
}

/** `JSON.parse` keeps the last of several equal keys: then the text has more keys than the value. `text` is valid JSON. */
function hasRepeatedKey(text: string, value: unknown): boolean {
  let keys = 0;
  for (const [, colon] of text.matchAll(stringAndColon)) keys += colon === undefined ? 0 : 1;
  return keys > keysIn(value);
}

/** Every string of a JSON text, and the colon behind it if it is a key. */
const stringAndColon = /"[^"\\]*(?:\\.[^"\\]*)*"(\s*:)?/gs;

/** Iterative, because the caller chooses the depth. */
function keysIn(value: unknown): number {
  const left = [value];
  let keys = 0;
  while (left.length > 0) {
    const at = left.pop();
    if (typeof at !== 'object' || at === null) continue;
    const inner = Object.values(at);
    if (!Array.isArray(at)) keys += inner.length;
    for (const each of inner) left.push(each);
  }
  return keys;
}
