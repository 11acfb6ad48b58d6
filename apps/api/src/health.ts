import { hasCurrentSchema } from '@typelane/db';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { Access } from './access/gate.ts';
import type { ApiContext } from './context.ts';
import { errorSchema } from './errors/answer.ts';
import { refusal } from './errors/refusal.ts';
import type { Stall } from './ingest-watch.ts';
import { inTime } from './requests/time-limit.ts';

/** Milliseconds PostgreSQL is given to answer. */
const databaseTimeoutMs = 2_000;

const alive = z.object({ status: z.literal('ok') }).meta({ id: 'Health' });

/** `/livez`: the process answers. `/readyz`: it could serve a request now, and its inbound queues are read. Both need no token and show nothing that is stored. */
export function registerHealth(app: FastifyInstance, context: ApiContext): void {
  const ok = { description: 'Yes.', content: { 'application/json': { schema: alive } } };
  const no = { description: '`NOT_READY`: the sentences say what is missing.', content: { 'application/json': { schema: errorSchema } } };
  const about = { tags: ['Health'], security: [] };
  app.route<object, { access: Access }>({
    method: 'GET',
    url: '/livez',
    config: { access: 'open' },
    schema: { ...about, operationId: 'livez', summary: 'Whether the process answers.', response: { 200: ok } },
    handler: async () => ({ status: 'ok' }),
  });
  app.route<object, { access: Access }>({
    method: 'GET',
    url: '/readyz',
    config: { access: 'open' },
    schema: { ...about, operationId: 'readyz', summary: 'Whether requests can be served now.', response: { 200: ok, 503: no } },
    handler: async () => {
      const missing = await whatIsMissing(context);
      if (missing.length > 0) throw refusal('NOT_READY', missing);
      return { status: 'ok' };
    },
  });
}

async function whatIsMissing({ database, redis, ingestWatch, isDraining, config, log }: ApiContext): Promise<string[]> {
  if (isDraining()) return ['This process is about to stop'];
  const failed = (what: string) => (error: unknown) => log.warn({ err: error }, `${what}.failed`);
  const [schema, pong, stalls] = await Promise.all([
    inTime(hasCurrentSchema(database), databaseTimeoutMs, failed('readyz.postgres')),
    inTime(redis.ping(), config.redisTimeoutMs, failed('readyz.redis')),
    inTime(ingestWatch.stalls(), config.redisTimeoutMs, failed('readyz.ingest')),
  ]);
  return [
    ...(schema === null ? ['PostgreSQL does not answer'] : []),
    ...(schema === false ? ['The database is older than this release: run `npm run migrate`'] : []),
    ...(pong === null ? ['Redis does not answer'] : []),
    ...(stalls ?? []).map(stalled),
  ];
}

function stalled({ queue, forMs }: Stall): string {
  return `No worker has taken an event from the queue ${queue} for ${Math.round(forMs / 1_000)} s`;
}
