import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import type { BotCall, BotOutcome } from '@typelane/core';
import { createPublisher } from '@typelane/client';
import { connect, type Database } from '@typelane/db';
import { createMediaStore, signedAddress } from '@typelane/media';
import { connectRedis, createEgress, createLog, createQueue, createSealer, deriveKey, queueNames, type WakeUp } from '@typelane/runtime';
import { expect, inject } from 'vitest';
import { type ApiContext, type ApiMedia, createApp, defaultApiConfig } from '../../src/index.ts';
import { watchIngest } from '../../src/ingest-watch.ts';
import { refusalsOf } from '../../src/register.ts';
import { endpoints } from '../../src/routes/index.ts';
import { databaseForTest } from '@typelane/testkit/vitest';
import { startTestWorker } from './worker.ts';

export const operatorToken = 'operator-token-of-the-tests';

export const secretKey = '4d1f0a9be27c83566f5e2d1c0b9a8877';

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'HEAD';

export type Ask = {
  /** Null: none. Default: the operator's. */
  token?: string | null;
  body?: unknown;
  /** Instead of `body`. */
  text?: string;
  /** Instead of `body`; its type stands in `headers`. */
  bytes?: Buffer | Readable;
  headers?: Record<string, string>;
};

/** An answer with its body as `JSON.parse` gives it: tests look at it by its fields. */
export type Answered = {
  status: number;
  body: ReturnType<typeof JSON.parse>;
  headers: Record<string, string | string[] | number | undefined>;
  text: string;
  bytes: Buffer;
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
  const converse = createQueue<WakeUp>(queueNames.converse, redis, prefix);
  const inbound = createPublisher({ connection: redis, prefix, timeoutMs: 1_000 });
  const lines: string[] = [];
  const log = createLog('debug', { write: (line: string) => void lines.push(line) });
  const config = { ...defaultApiConfig, operatorToken, gatewayUrl: 'https://hooks.example.com', settleTimeoutMs, redisTimeoutMs: 1_000 };
  const sealer = createSealer(secretKey);
  const egress = createEgress({ allow: [] });
  const mediaFolder = mkdtempSync(join(tmpdir(), 'typelane-api-'));
  const media = mediaIn(mediaFolder);
  const isDraining = () => false;
  const ingestWatch = watchIngest(redis, { prefix, partitions: 1, afterMs: 60_000, log });
  const context: ApiContext = {
    database,
    redis,
    converse,
    inbound,
    ingestWatch,
    sealer,
    egress,
    media,
    log,
    config,
    isDraining,
    ...others,
  };
  const app = await createApp(context);
  const worker = startTestWorker(database, converse);

  return {
    context,
    database,
    log: () => lines.join(''),
    bot: worker.answerWith,
    haltWorker: worker.halt,
    async ask(method, path, { token = operatorToken, body, text, bytes, headers = {} } = {}) {
      const response = await app.inject({
        method,
        url: path,
        headers: {
          ...(token !== null && { authorization: `Bearer ${token}` }),
          ...((body !== undefined || text !== undefined) && { 'content-type': 'application/json' }),
          ...headers,
        },
        ...((body !== undefined || text !== undefined) && { payload: text ?? JSON.stringify(body) }),
        ...(bytes !== undefined && { payload: bytes }),
      });
      const { statusCode: status, body: given, rawPayload } = response;
      const answered = { status, body: parsed(given), headers: response.headers, text: given, bytes: rawPayload };
      expectDocumented(method, path, answered);
      return answered;
    },
    async stop() {
      await worker.stop();
      await app.close();
      ingestWatch.stop();
      await inbound.close();
      await converse.obliterate({ force: true }).catch(() => {});
      await converse.close();
      redis.disconnect();
      await database.close();
      await cloned.drop();
      rmSync(mediaFolder, { recursive: true, force: true });
    },
  };
}

/** Bytes a file may have in the tests. */
export const mediaSizeBytesMax = 300 * 1_024;

export const publicUrl = 'https://bots.example.com';

function mediaIn(folder: string): ApiMedia {
  const key = deriveKey(secretKey, 'media address');
  return {
    store: createMediaStore({ type: 'folder', folder }, { sizeBytesMax: mediaSizeBytesMax }),
    sizeBytesMax: mediaSizeBytesMax,
    keepDays: 30,
    key,
    addressOf: (file) => signedAddress({ publicUrl, key }, file),
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
