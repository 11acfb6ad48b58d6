import { randomUUID } from 'node:crypto';
import type { Sql } from 'postgres';

/** Milliseconds for which an answer is given again. */
export const idempotencyWindowMs = 86_400_000;

/** Milliseconds after which a request without an answer counts as lost with its process, and the next one with its key is carried out. */
const lostAfterMs = 60_000;

/** `answer` is as it was given to `finishIdempotent`. */
export type IdempotentStart =
  /** `newId`: for what the request makes. */
  | { type: 'begun'; newId: string }
  | { type: 'answered'; status: number; answer: string }
  /** Another request with this key is under way. */
  | { type: 'underWay' }
  /** The key came with another request before. */
  | { type: 'otherRequest' };

/** Claims a key for a request. Of several at once with the same key, one begins. Hashes as in the table. */
export async function beginIdempotent(
  sql: Sql<{ bigint: number }>,
  { keyHash, requestHash }: { keyHash: string; requestHash: string },
): Promise<IdempotentStart> {
  const isExpired = sql`k.created_at < clock_timestamp() - ${idempotencyWindowMs}::float8 * interval '1 millisecond'`;
  const [begun] = await sql<{ newId: string }[]>`
    with expired as (
      delete from idempotency_keys where key_hash = any(array(
        select key_hash from idempotency_keys
        where created_at < clock_timestamp() - ${idempotencyWindowMs}::float8 * interval '1 millisecond' and key_hash <> ${keyHash}
        order by created_at limit 20 for update skip locked))
    )
    insert into idempotency_keys as k (key_hash, request_hash, new_id) values (${keyHash}, ${requestHash}, ${randomUUID()})
    on conflict (key_hash) do update
    set new_id = case when ${isExpired} then excluded.new_id else k.new_id end,
      request_hash = excluded.request_hash, status = null, answer = null, created_at = clock_timestamp()
    where ${isExpired}
      or (k.status is null and k.request_hash = excluded.request_hash
        and k.created_at < clock_timestamp() - ${lostAfterMs}::float8 * interval '1 millisecond')
    returning new_id as "newId"`;
  if (begun) return { type: 'begun', newId: begun.newId };
  const [known] = await sql<{ request_hash: string; status: number | null; answer: string | null }[]>`
    select request_hash, status, answer from idempotency_keys where key_hash = ${keyHash}`;
  // Gone between the two statements: its request failed, and the caller looks again.
  if (!known) return { type: 'underWay' };
  if (known.request_hash !== requestHash) return { type: 'otherRequest' };
  if (known.status === null || known.answer === null) return { type: 'underWay' };
  return { type: 'answered', status: known.status, answer: known.answer };
}

export async function finishIdempotent(sql: Sql<{ bigint: number }>, keyHash: string, status: number, answer: string): Promise<void> {
  await sql`update idempotency_keys set status = ${status}, answer = ${answer} where key_hash = ${keyHash} and status is null`;
}

/** The request failed or was refused: it may be corrected and sent again under the same key. */
export async function forgetIdempotent(sql: Sql<{ bigint: number }>, keyHash: string): Promise<void> {
  await sql`delete from idempotency_keys where key_hash = ${keyHash} and status is null`;
}
