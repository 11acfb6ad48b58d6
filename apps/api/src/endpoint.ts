import type { IncomingHttpHeaders } from 'node:http';
import type { Tenant } from '@typelane/db';
import type { z } from 'zod';
import type { ApiContext } from './context.ts';
import type { RefusalCode } from './errors/table.ts';

/** The least scope a token must have for a route: admin > business > instance. */
export type Scope = Tenant['scope'];

type Shape = z.ZodType;

/** What a handler receives: the parsed request and its caller. */
type Call<Params extends Shape, Query extends Shape, Body extends Shape> = {
  context: ApiContext;
  tenant: Tenant;
  params: z.output<Params>;
  query: z.output<Query>;
  body: z.output<Body>;
  headers: IncomingHttpHeaders;
  /** Path and query as they came, for links to other pages. */
  url: string;
  /** For what the request makes. The same when it is repeated with its `Idempotency-Key` after a crash, so that what exists is found. */
  newId: string;
};

type Success = 200 | 201 | 202;

type Answers = { [Status in Success]?: { description: string; schema: Shape } };

type Answer<A extends Answers> = {
  [Status in keyof A]: A[Status] extends { schema: infer Schema extends Shape }
    ? { status: Status; body: z.output<Schema>; headers?: Record<string, string> }
    : never;
}[keyof A];

type Definition<Params extends Shape, Query extends Shape, Body extends Shape, A extends Answers> = {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  path: string;
  /** The operation's name in `/openapi.json`. */
  name: string;
  summary: string;
  description?: string;
  tag: string;
  scope: Scope;
  params?: Params;
  query?: Query;
  body?: Body;
  /** `bytes`: the body is a stream of any type, and the handler sees to its size and type. Default: JSON, parsed. */
  takes?: 'json' | 'bytes';
  /** Bytes of JSON; default 256 KiB. */
  bodySizeBytesMax?: number;
  /** Texts are passed on as they came, also those PostgreSQL could not store. */
  isVerbatim?: boolean;
  answers: A;
  /** Errors this route can answer with, besides those that any route can. */
  refusals: readonly RefusalCode[];
};

/** A route as data: its input, answers, scope and handler. The OpenAPI document and the tests are generated from it. */
export type Endpoint = Definition<Shape, Shape, Shape, Answers> & {
  handle(call: Call<Shape, Shape, Shape>): Promise<{ status: number; body: unknown; headers?: Record<string, string> }>;
};

/** Checks the types of a handler against its route, then erases them so that routes fit into one list. */
export function endpoint<
  const A extends Answers,
  Params extends Shape = z.ZodUndefined,
  Query extends Shape = z.ZodUndefined,
  Body extends Shape = z.ZodUndefined,
>(definition: Definition<Params, Query, Body, A> & { handle(call: Call<Params, Query, Body>): Promise<Answer<A>> }): Endpoint {
  return definition as unknown as Endpoint;
}
