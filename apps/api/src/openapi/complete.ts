import type { Endpoint } from '../endpoint.ts';
import { type RefusalCode, refusals } from '../errors/table.ts';
import { isRepeatable, refusalsOf } from '../register.ts';
import { bodyExamples, parameterExamples, schemaExamples } from './examples.ts';

/** The part of an OpenAPI document that is used here. */
type Content = Record<string, { schema?: Schema; example?: unknown }>;
type Schema = { $ref?: string; type?: string; items?: Schema };
type Response = { description: string; headers?: Record<string, unknown>; content?: Content };
type Parameter = { name: string; in: string; example?: unknown; $ref?: string };
type Operation = {
  operationId?: string;
  parameters?: Parameter[];
  requestBody?: { content: Content };
  responses: Record<string, Response>;
};
export type Document = {
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, unknown>; headers?: unknown; parameters?: unknown };
};

const methods = ['get', 'post', 'put', 'patch', 'delete'] as const;

/** Adds what the routes' schemas cannot say: headers, examples, and the key that makes a POST repeatable. Drops schemas nobody uses. */
export function completeDocument(document: Document, endpoints: readonly Endpoint[]): Document {
  const byName = new Map(endpoints.map((route) => [route.name, route]));
  for (const item of Object.values(document.paths)) {
    for (const method of methods) {
      const operation = item[method];
      if (operation) complete(operation, byName.get(operation.operationId ?? ''));
    }
  }
  // Settings are examples of what is written; an answer shows them with every default.
  dropExamples(document.components.schemas['Integration']);
  document.components.headers = headers;
  document.components.parameters = { IdempotencyKey: idempotencyKey };
  const used = JSON.stringify(document);
  for (const name of Object.keys(document.components.schemas)) {
    if (!used.includes(`"#/components/schemas/${name}"`)) delete document.components.schemas[name];
  }
  return document;
}

function complete(operation: Operation, route: Endpoint | undefined): void {
  const { operationId = '', parameters = [], requestBody, responses } = operation;
  for (const parameter of parameters) {
    const example = parameter.in === 'path' ? parameterExamples[parameter.name] : undefined;
    if (example !== undefined) parameter.example = example;
  }
  if (route && isRepeatable(route)) operation.parameters = [...parameters, { $ref: '#/components/parameters/IdempotencyKey' } as Parameter];
  const json = requestBody?.content['application/json'];
  if (json && Object.hasOwn(bodyExamples, operationId)) json.example = bodyExamples[operationId];
  for (const [status, response] of Object.entries(responses)) describeResponse(response, Number(status), operationId, route);
}

function describeResponse(response: Response, status: number, operationId: string, route: Endpoint | undefined): void {
  const json = response.content?.['application/json'];
  response.headers = {
    'x-request-id': header('RequestId'),
    ...(status === 503 && { 'Retry-After': header('RetryAfter') }),
    ...(status === 200 && json?.schema?.type === 'array' && { Link: header('Link') }),
    ...(status < 300 && route && isRepeatable(route) && { 'Idempotency-Replayed': header('IdempotencyReplayed') }),
  };
  if (!json) return;
  const [code] = route ? (refusalsOf(route).get(status) ?? []) : codesElsewhere(operationId, status);
  const example = code ? errorExample(code) : exampleOf(json.schema);
  if (example !== undefined) json.example = example;
}

function dropExamples(schema: unknown): void {
  if (typeof schema !== 'object' || schema === null) return;
  delete (schema as { examples?: unknown }).examples;
  for (const inner of Object.values(schema)) dropExamples(inner);
}

function header(name: keyof typeof headers) {
  return { $ref: `#/components/headers/${name}` };
}

function errorExample(code: RefusalCode) {
  const { statusCode, sentence } = refusals[code];
  return { statusCode, error: statusNames[statusCode] ?? 'Error', message: [sentence], code };
}

/** Of the routes that are not endpoints: health, and files. */
function codesElsewhere(operationId: string, status: number): RefusalCode[] {
  if (operationId === 'readyz' && status === 503) return ['NOT_READY'];
  if (operationId === 'openMedia' && status === 404) return ['MEDIA_NOT_FOUND'];
  return operationId === 'openMedia' && status === 416 ? ['RANGE_NOT_SATISFIABLE'] : [];
}

function exampleOf(schema: Schema | undefined): unknown {
  if (schema?.type === 'array') {
    const entry = exampleOf(schema.items);
    return entry === undefined ? undefined : [entry];
  }
  return schema?.$ref === undefined ? undefined : schemaExamples[schema.$ref.replace('#/components/schemas/', '')];
}

const statusNames: Record<number, string> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  409: 'Conflict',
  413: 'Payload Too Large',
  415: 'Unsupported Media Type',
  416: 'Range Not Satisfiable',
  422: 'Unprocessable Entity',
  500: 'Internal Server Error',
  503: 'Service Unavailable',
};

const headers = {
  RequestId: { description: 'Names this request in the log.', schema: { type: 'string', format: 'uuid' } },
  RetryAfter: { description: 'Seconds after which the same request may succeed.', schema: { type: 'integer', minimum: 1 } },
  Link: {
    description: '`<path>; rel="next"` leads to the next page. Absent on the last one.',
    schema: { type: 'string' },
    example: '</api/v2/admin/business?cursor=WyIyMDI2LTAxLTMxIl0>; rel="next"',
  },
  IdempotencyReplayed: {
    description: '`true`: an earlier request with the same `Idempotency-Key` was answered so; nothing was done again.',
    schema: { type: 'string', enum: ['true'] },
  },
};

const idempotencyKey = {
  name: 'Idempotency-Key',
  in: 'header',
  required: false,
  description:
    'Makes the request safe to repeat: for 24 hours the same key and body get the first answer again. The same key with another body is answered with 422.',
  schema: { type: 'string', minLength: 1, maxLength: 255, pattern: '^[!-~]+$' },
  example: '7f1c7c52-1d0b-4a39-9a3e-1d5f6c7b8a90',
};
