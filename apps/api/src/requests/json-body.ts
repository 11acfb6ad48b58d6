import type { FastifyInstance } from 'fastify';
import { refusal } from '../errors/refusal.ts';

/**
 * JSON is the only type that is read. Bytes that are no UTF-8 are refused: read all the same, they would become other characters than
 * those that were meant. Many clients say that they send JSON and send nothing: then there is no body, and the route says whether it
 * needs one.
 */
export function takeOnlyJson(app: FastifyInstance): void {
  const parse = app.getDefaultJsonParser('error', 'error');
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, bytes: Buffer, done) => {
    if (bytes.length === 0) return done(null, undefined);
    const text = textOf(bytes);
    if (text === null) return done(refusal('INVALID_JSON', ['Expected the body to be JSON in UTF-8, got bytes that are no UTF-8']));
    void parse(request, text, (error: Error | null, value?: unknown) => done(error && whyNot(text), value));
  });
}

function textOf(bytes: Buffer): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return null;
  }
}

/** The engine says what it met and where. It may quote the text around that, which can hold a secret: that is left out. */
function whyNot(text: string): Error {
  try {
    JSON.parse(text);
    return refusal('INVALID_JSON');
  } catch (cause) {
    const problem = cause instanceof Error ? cause.message.replace(/, (?:\.{3})?".*/s, '') : 'something else';
    return refusal('INVALID_JSON', [`Expected the body to be JSON, got text that is none: ${problem}`], { cause });
  }
}
