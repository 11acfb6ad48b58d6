import { randomUUID } from 'node:crypto';
import type { BotCall, BotOutcome } from '@typelane/core';
import { createPublisher } from '@typelane/client';
import { connect, type Database } from '@typelane/db';
import { connectRedis, createEgress, createLog, createQueue, createSealer, queueNames, type Ring } from '@typelane/runtime';
import { expect, inject } from 'vitest';
import { type ApiContext, createApp, defaultApiConfig } from '../../src/index.ts';
import { refusalsOf } from '../../src/register.ts';
import { endpoints } from '../../src/routes/index.ts';
import { databaseForTest } from '@typelane/testkit/vitest';
import { startTestWorker } from './worker.ts';

export const operatorToken = 'operator-token-of-the-tests';

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'HEAD';

export type Ask = {
  /** Null: none. Default: the operator's. */
  token?: string | null;
  body?: unknown;
  /** Instead of `body`. */
  text?: string;
  headers?: Record<string, string>;
};

/** An answer with its body as `JSON.parse` gives it: tests look at it by its fields. */
export type Answered = {
  status: number;
  body: ReturnType<typeof JSON.parse>;
  headers: Record<string, string | string[] | number | undefined>;
  text: string;
};

export type TestApi = {
  context: ApiContext;
  database: Database;
  /** Everything the API logged, as it was written. */
  log(): string;
  /** Asks the API. Fails the test when the answer is none that the route documents. */
  ask(method: Method, path: string, ask?: Ask): Promise<Answered>;
  /** What the bot answers from now on; default: it asks for a text. */
  bot(answer: (call: BotCall) => BotOutcome | Promise<BotOutcome>): void;
  /** No worker carries out anything until the function that is returned is called. */
  haltWorker(): () => void;
  stop(): Promise<void>;
};

/** The whole API on its own database and queues, with a worker that carries out what is ordered. */
export async function startTestApi(overrides: Partial<ApiContext> & { settleTimeoutMs?: number } = {}): Promise<TestApi> {
  const { settleTimeoutMs = 4_000, ...others } = overrides;
  const cloned = await databaseForTest();
  const database = connect(cloned.url, { connectionsMax: 5 });
  const prefix = `test-${randomUUID()}`;
  const redis = connectRedis(inject('redisUrl'));
  const converse = createQueue<Ring>(queueNames.converse, redis, prefix);
  const inbound = createPublisher({ connection: redis, prefix, timeoutMs: 1_000 });
  const lines: string[] = [];
  const log = createLog('debug', { write: (line: string) => void lines.push(line) });
  const config = { ...defaultApiConfig, operatorToken, settleTimeoutMs, redisTimeoutMs: 1_000 };
  const sealer = createSealer('the secret key of the tests, which is long');
  const egress = createEgress({ allow: [] });
  const isDraining = () => false;
  const context: ApiContext = { database, redis, converse, inbound, sealer, egress, log, config, isDraining, ...others };
  const app = await createApp(context);
  const worker = startTestWorker(database, converse);

  return {
    context,
    database,
    log: () => lines.join(''),
    bot: worker.answerWith,
    haltWorker: worker.halt,
    async ask(method, path, { token = operatorToken, body, text, headers = {} } = {}) {
      const response = await app.inject({
        method,
        url: path,
        headers: {
          ...(token !== null && { authorization: `Bearer ${token}` }),
          ...((body !== undefined || text !== undefined) && { 'content-type': 'application/json' }),
          ...headers,
        },
        ...((body !== undefined || text !== undefined) && { payload: text ?? JSON.stringify(body) }),
      });
      const answered = { status: response.statusCode, body: parsed(response.body), headers: response.headers, text: response.body };
      expectDocumented(method, path, answered);
      return answered;
    },
    async stop() {
      await worker.stop();
      await app.close();
      await inbound.close();
      await converse.obliterate({ force: true }).catch(() => {});
      await converse.close();
      redis.disconnect();
      await database.close();
      await cloned.drop();
    },
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** Statuses and codes that came, by operation: what the contract test compares with what is documented. */
export const seen = new Set<string>();

function expectDocumented(method: Method, path: string, { status, body }: Answered): void {
  const route = routeOf(method, path);
  if (!route) return;
  const code = status >= 400 ? (body as { code: string }).code : '';
  seen.add(`${route.name} ${status} ${code}`.trim());
  const codes: readonly string[] = refusalsOf(route).get(status) ?? [];
  const isDocumented = status >= 400 ? codes.includes(code) : Object.hasOwn(route.answers, status);
  expect(isDocumented, `${route.name} does not document ${status} ${code}`).toBe(true);
}

function routeOf(method: Method, path: string) {
  const [place = ''] = path.split('?');
  return endpoints.find((route) => route.method === method && new RegExp(`^${route.path.replaceAll(/:\w+/g, '[^/]+')}$`).test(place));
}
