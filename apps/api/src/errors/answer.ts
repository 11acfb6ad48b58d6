import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { isDatabaseAway, withoutParameters } from '@typelane/db';
import type { Log } from '@typelane/runtime';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { Refusal, refusal } from './refusal.ts';
import type { RefusalCode } from './table.ts';

/** The body of every answer that is not a success. */
export const errorSchema = z
  .object({
    statusCode: z.number().int(),
    error: z.string().describe('The name of the status.'),
    message: z.array(z.string()).describe('Sentences that name the field, what is allowed and what came.'),
    code: z.string().describe('Stable; for programs.'),
  })
  .meta({ id: 'Error' });

/** Seconds after which asking again makes sense. */
const retryAfterSeconds = 5;

/** Answers with the error. Only refusals show details; other errors are in the log under the request's id. */
export function answerError(error: unknown, reply: FastifyReply, log: Log): FastifyReply {
  const refused = asRefusal(error, reply.request);
  if (refused.statusCode >= 500) {
    const level = error instanceof Refusal ? 'warn' : 'error';
    log[level]({ err: withoutParameters(error), requestId: reply.request.id, code: refused.code }, 'request.failed');
  }
  if (refused.statusCode === 401) void reply.header('www-authenticate', 'Bearer');
  if (refused.statusCode === 503) void reply.header('retry-after', String(retryAfterSeconds));
  // By hand: an error must reach the caller also where the route's own schemas know no such status.
  return reply.code(refused.statusCode).type('application/json; charset=utf-8').serializer(JSON.stringify).send(errorBody(refused));
}

/** Input that is not a valid HTTP request has no reply object, only a socket. */
export function answerNoHttp(socket: Socket): void {
  const body = JSON.stringify(
    errorBody(refusal('INVALID_REQUEST', ['This must be an HTTP/1.1 request with headers of at most 16 KiB, sent in time'])),
  );
  if (!socket.writable) return void socket.destroy();
  socket.end(
    `HTTP/1.1 400 Bad Request\r\nContent-Type: application/json; charset=utf-8\r\nContent-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
  );
}

function errorBody({ statusCode, sentences, code }: Refusal): z.infer<typeof errorSchema> {
  return { statusCode, error: STATUS_CODES[statusCode] ?? 'Error', message: [...sentences], code };
}

function asRefusal(error: unknown, request: FastifyRequest): Refusal {
  if (error instanceof Refusal) return error;
  // The caller is gone, not the database: both can say ECONNRESET.
  if (request.raw.aborted) return refusal('INVALID_REQUEST', ['The connection ended before the whole body had arrived'], { cause: error });
  if (isDatabaseAway(error)) return refusal('DATABASE_UNAVAILABLE', [], { cause: error });
  const code = error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
  const known = frameworkRefusals[code];
  if (known) return refusal(known.code, known.sentences?.(request), { cause: error });
  return refusal(codeByStatus[statusOf(error)] ?? 'INTERNAL_ERROR', [], { cause: error });
}

/** What a plugin says is the caller's fault, such as a path or range that the static files of `/docs` do not have. */
const codeByStatus: Record<number, RefusalCode> = {
  400: 'INVALID_REQUEST',
  403: 'ROUTE_NOT_FOUND',
  404: 'ROUTE_NOT_FOUND',
  412: 'INVALID_REQUEST',
  416: 'RANGE_NOT_SATISFIABLE',
};

function statusOf(error: unknown): number {
  return error instanceof Error && 'statusCode' in error && typeof error.statusCode === 'number' ? error.statusCode : 500;
}

/** What Fastify refuses by itself. */
const frameworkRefusals: Record<string, { code: RefusalCode; sentences?: (request: FastifyRequest) => string[] }> = {
  FST_ERR_CTP_INVALID_MEDIA_TYPE: {
    code: 'UNSUPPORTED_MEDIA_TYPE',
    sentences: ({ headers }) => [`\`Content-Type\` must be \`application/json\`, but got ${typeThatCame(headers['content-type'])}`],
  },
  FST_ERR_CTP_BODY_TOO_LARGE: {
    code: 'BODY_TOO_LARGE',
    sentences: ({ routeOptions }) => [`The body may have at most ${(routeOptions.bodyLimit ?? 0).toLocaleString('en-US')} bytes`],
  },
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: {
    code: 'INVALID_REQUEST',
    sentences: () => ['`Content-Length` must be the length of the body'],
  },
  FST_ERR_BAD_URL: { code: 'INVALID_REQUEST', sentences: () => ['The path must be percent-encoded UTF-8'] },
  FST_ERR_MAX_PARAM_LENGTH: { code: 'INVALID_REQUEST', sentences: () => ['Ids in the path may have at most 200 characters'] },
};

function typeThatCame(contentType: string | undefined): string {
  return contentType === undefined || contentType === '' ? 'none' : `\`${contentType.slice(0, 60)}\``;
}
