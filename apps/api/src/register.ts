import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { type Access, tenantOf } from './access/gate.ts';
import type { ApiContext } from './context.ts';
import type { Endpoint } from './endpoint.ts';
import { errorSchema } from './errors/answer.ts';
import { type RefusalCode, refusals } from './errors/table.ts';
import { refusal } from './errors/refusal.ts';
import { once } from './requests/idempotency.ts';
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

/** Milliseconds a refused sender may go on sending. A connection closed at once could lose the answer. */
const lingerMs = 1_000;

/** A body that was not read to its end would hold its connection for ever. */
function letGo(request: IncomingMessage): void {
  if (request.complete || request.destroyed) return;
  request.resume();
  setTimeout(() => void (request.complete || request.destroy()), lingerMs).unref();
}

/** Bodies before validation fills in defaults: what an `Idempotency-Key` is compared by. */
const asSent = new WeakMap<FastifyRequest, unknown>();

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
      asSent.set(request, request.body);
      refuseUnstorable({ ...(request.params as object), ...(request.query as object) }, { isVerbatim: false });
      if (takes === 'bytes') return;
      refuseUnstorable(request.body, { isVerbatim });
      if (!body && hasFields(request.body)) throw refusal('INVALID_REQUEST', ['This request takes no body']);
    },
    handler: async (request, reply) => {
      const { params: given, query: asked, body: sent, headers, url } = request;
      const tenant = tenantOf(request);
      const handle = (newId: string) => route.handle({ context, tenant, params: given, query: asked, body: sent, headers, url, newId });
      const repeatable = { tenant, method, path: url, key: headers['idempotency-key'], request: asSent.get(request) };
      const answer = await (isRepeatable(route) ? once(context, repeatable, handle) : handle(randomUUID()));
      return reply
        .code(answer.status)
        .headers({ 'cache-control': 'no-store', ...answer.headers })
        .send(answer.body);
    },
  });
}

/** Whether it honours `Idempotency-Key`. Uploads do not: their bytes are not compared, and a file that is uploaded twice does no harm. */
export function isRepeatable({ method, takes }: Pick<Endpoint, 'method' | 'takes'>): boolean {
  return method === 'POST' && takes !== 'bytes';
}

/** Every possible error by status, with its codes. */
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
  if (isRepeatable(route)) codes.push('IDEMPOTENCY_KEY_IN_USE', 'IDEMPOTENCY_KEY_REUSED');
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
