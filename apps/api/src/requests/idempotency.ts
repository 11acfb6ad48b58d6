import { createHash, randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { beginIdempotent, finishIdempotent, forgetIdempotent, type Tenant } from '@typelane/db';
import type { ApiContext } from '../context.ts';
import { refusal } from '../errors/refusal.ts';

export type Answered = { status: number; body: unknown; headers?: Record<string, string> };

/** Identifies a request that may be repeated. `key`: the header `Idempotency-Key`, unchanged. */
export type Repeatable = { tenant: Tenant; method: string; path: string; key: string | string[] | undefined; request: unknown };

/**
 * Carries out a request once per `Idempotency-Key` and gives repeated requests the same answer. Concurrent requests with one key wait for
 * the first. `work` receives the id of the resource it creates. The id is the same when the request is repeated after a crash, so that
 * `work` finds what it already created. A request without a key is always carried out.
 */
export async function once(context: ApiContext, repeatable: Repeatable, work: (newId: string) => Promise<Answered>): Promise<Answered> {
  if (repeatable.key === undefined) return work(randomUUID());
  const { sql } = context.database;
  const { keyHash, requestHash } = hashesOf(repeatable, keyOf(repeatable.key));
  const deadline = performance.now() + context.config.settleTimeoutMs;
  for (let pauseMs = 20; ; pauseMs = Math.min(pauseMs * 2, 200)) {
    const start = await beginIdempotent(sql, { keyHash, requestHash });
    switch (start.type) {
      case 'begun':
        return carryOut(context, keyHash, () => work(start.newId));
      case 'answered':
        return replayed(context, keyHash, start);
      case 'otherRequest':
        throw refusal('IDEMPOTENCY_KEY_REUSED');
      case 'underWay':
        if (performance.now() >= deadline) throw refusal('IDEMPOTENCY_KEY_IN_USE');
        await sleep(pauseMs);
    }
  }
}

async function carryOut({ database: { sql }, sealer }: ApiContext, keyHash: string, work: () => Promise<Answered>) {
  const answered = await work().catch(async (error: unknown) => {
    await forgetIdempotent(sql, keyHash).catch(() => {});
    throw error;
  });
  const { status, body, headers = {} } = answered;
  await finishIdempotent(sql, keyHash, status, sealer.seal(JSON.stringify({ body, headers }), about(keyHash)));
  return answered;
}

function replayed({ sealer }: ApiContext, keyHash: string, { status, answer }: { status: number; answer: string }): Answered {
  const { body, headers } = JSON.parse(sealer.open(answer, about(keyHash))) as Required<Omit<Answered, 'status'>>;
  return { status, body, headers: { ...headers, 'idempotency-replayed': 'true' } };
}

function about(keyHash: string): string {
  return `idempotency_keys:${keyHash}`;
}

function keyOf(key: string | string[]): string {
  if (typeof key === 'string' && /^[!-~]{1,255}$/.test(key)) return key;
  throw refusal('INVALID_REQUEST', ['The header `Idempotency-Key` must be 1 to 255 visible ASCII characters']);
}

/** The names of a key and of its request in the table. */
export function hashesOf(
  { tenant, method, path, request }: Omit<Repeatable, 'key'>,
  key: string,
): { keyHash: string; requestHash: string } {
  return { keyHash: hashOf([tenant, method, path, key]), requestHash: hashOf(request ?? null) };
}

function hashOf(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('hex');
}
