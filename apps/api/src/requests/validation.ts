import type { FastifySchemaCompiler } from 'fastify';
import type { z } from 'zod';
import { refusal } from '../errors/refusal.ts';
import { sentencesOf } from '@typelane/core';

/** Levels of nesting a body may have: the 32 of an event, and the list that events may come in. */
const depthMax = 33;

const wholes: Record<string, string> = { body: 'The body', querystring: 'The query', params: 'The path' };

/** zod instead of ajv: nothing is removed, nothing is turned into another type, and the sentences are ours. */
export const validatorCompiler: FastifySchemaCompiler<z.ZodType> =
  ({ schema, httpPart = 'body' }) =>
  (came: unknown) => {
    // Fastify passes null when there is no body.
    const value = httpPart === 'body' ? (came ?? undefined) : came;
    const parsed = schema.safeParse(value);
    if (parsed.success) return { value: parsed.data };
    return { error: refusal('INVALID_REQUEST', sentencesOf(parsed.error.issues, value, wholes[httpPart] ?? httpPart)) };
  };

/**
 * Refuses what schemas do not check: values nested so deeply that recursive code would fail, and (unless `isVerbatim`) texts that
 * PostgreSQL cannot store. It is iterative, because the caller chooses the depth.
 */
export function refuseUnstorable(value: unknown, { isVerbatim }: { isVerbatim: boolean }): void {
  const left: { value: unknown; path: string; depth: number }[] = [{ value, path: '', depth: 1 }];
  for (let at = left.pop(); at; at = left.pop()) {
    if (typeof at.value === 'string') {
      if (!isVerbatim && !isStorable(at.value)) throw unstorable(at.path);
    } else if (typeof at.value === 'object' && at.value !== null) {
      if (at.depth > depthMax) throw refusal('INVALID_REQUEST', [`The request may have at most ${depthMax} levels of nesting`]);
      for (const [key, inner] of Object.entries(at.value)) {
        const path = at.path === '' ? key : `${at.path}.${key}`;
        if (!isVerbatim && !isStorable(key)) throw unstorable(at.path);
        left.push({ value: inner, path, depth: at.depth + 1 });
      }
    }
  }
}

export function isStorable(text: string): boolean {
  return !text.includes('\u0000') && text.isWellFormed();
}

function unstorable(path: string) {
  const name = path === '' ? 'The request' : `\`${path.slice(0, 100)}\``;
  return refusal('INVALID_REQUEST', [`${name} must not contain U+0000 or lone surrogates`]);
}
