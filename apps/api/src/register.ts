import type { IncomingMessage } from 'node:http';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { type Access, tenantOf } from './access/gate.ts';
import type { ApiContext } from './context.ts';
import type { Endpoint } from './endpoint.ts';
import { errorSchema } from './errors/answer.ts';
import { type RefusalCode, refusals } from './errors/table.ts';
import { refusal } from './errors/refusal.ts';
import { refuseUnstorable } from './requests/validation.ts';

export const bodySizeBytesMax = 256 * 1_024;

/** Puts a route on the app. One that takes bytes gets a scope of its own: no other route reads what is not JSON. */
export function register(app: FastifyInstance, context: ApiContext, route: Endpoint): void {
  if (route.takes !== 'bytes') return add(app, context, route);
  void app.register(async (scope) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', (_request, payload, done) => done(null, payload));
    scope.addHook('onResponse', async ({ raw }) => letGo(raw));
    add(scope, context, route);
  });
}

/** Milliseconds a sender who was refused may go on sending: cut off at once, it might not get to see the answer. */
const lingerMs = 1_000;

/** A body that was not read to its end would hold its connection for ever. */
function letGo(request: IncomingMessage): void {
  if (request.complete || request.destroyed) return;
  request.resume();
  setTimeout(() => void (request.complete || request.destroy()), lingerMs).unref();
}

function add(app: FastifyInstance, context: ApiContext, route: Endpoint): void {
  const { method, path, name, summary, description, tag, scope, params, query, body, takes = 'json', isVerbatim = false } = route;
  app.route<{ Querystring: unknown; Params: unknown; Body: unknown }, { access: Access }>({
    method,
    url: path,
    config: { access: scope },
    bodyLimit: route.bodySizeBytesMax ?? bodySizeBytesMax,
    schema: {
      operationId: name,
      summary,
      ...(description !== undefined && { description }),
      tags: [tag],
      ...(params && { params }),
      querystring: query ?? z.strictObject({}),
      ...(body && { body }),
      ...(takes === 'bytes' && { consumes: ['application/octet-stream'] }),
      response: responsesOf(route),
    },
    preValidation: async (request) => {
      refuseUnstorable({ ...(request.params as object), ...(request.query as object) }, { isVerbatim: false });
      if (takes === 'bytes') return;
      refuseUnstorable(request.body, { isVerbatim });
      if (!body && hasFields(request.body)) throw refusal('INVALID_REQUEST', ['Expected no body, got one']);
    },
    handler: async (request, reply) => {
      const answer = await route.handle({
        context,
        tenant: tenantOf(request),
        params: request.params,
        query: request.query,
        body: request.body,
        headers: request.headers,
        url: request.url,
      });
      return reply
        .code(answer.status)
        .headers({ 'cache-control': 'no-store', ...answer.headers })
        .send(answer.body);
    },
  });
}

/** Every error that can come, by status, with the codes that tell them apart. */
export function refusalsOf(route: Endpoint): Map<number, RefusalCode[]> {
  const codes: RefusalCode[] = [
    'TOKEN_MISSING',
    'TOKEN_INVALID',
    'INVALID_REQUEST',
    'INTERNAL_ERROR',
    'DATABASE_UNAVAILABLE',
    ...route.refusals,
  ];
  if (route.method !== 'GET') codes.push('BODY_TOO_LARGE', 'UNSUPPORTED_MEDIA_TYPE');
  if (route.method !== 'GET' && route.takes !== 'bytes') codes.push('INVALID_JSON');
  if (route.scope !== 'instance') codes.push('SCOPE_TOO_SMALL');
  return Map.groupBy([...new Set(codes)].toSorted(), (code) => refusals[code].statusCode);
}

function responsesOf(route: Endpoint): Record<string, { description: string; content: Record<string, { schema: z.ZodType }> }> {
  const good = Object.entries(route.answers).map(([status, answer]) => [status, described(answer.description, answer.schema)] as const);
  const bad = [...refusalsOf(route)].map(
    ([status, codes]) => [String(status), described(codes.map((code) => `\`${code}\``).join(', '), errorSchema)] as const,
  );
  return Object.fromEntries([...good, ...bad]);
}

function described(description: string, schema: z.ZodType) {
  return { description, content: { 'application/json': { schema } } };
}

/** Many clients send `{}` with everything. */
function hasFields(body: unknown): boolean {
  return body !== undefined && body !== null && (typeof body !== 'object' || Object.keys(body).length > 0);
}
