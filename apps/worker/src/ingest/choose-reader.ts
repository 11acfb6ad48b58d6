import { setTimeout as sleep } from 'node:timers/promises';
import type { Log } from '@typelane/runtime';
import type { Redis } from 'ioredis';
import { checkContract } from './contract.ts';
import { startInboundReader } from './inbound-reader.ts';
import { startFallbackReader } from './fallback-reader.ts';

/** Looks at a Redis that behaves otherwise than expected: it may have been emptied or restarted in the middle of one. */
const looks = 2;

/** The fast door where this BullMQ and this Redis keep to what it rests on. Waits for a Redis that is away, however long. */
export async function chooseReader(redis: Redis, prefix: string, log: Log): Promise<typeof startInboundReader> {
  for (let look = 1; ; look += 1) {
    const problem = await untilChecked(redis, prefix, log);
    if (problem === null) return startInboundReader;
    if (look < looks) continue;
    log.warn(
      { problem },
      'inbound.fallback: this BullMQ or Redis is not as the fast door needs it; events come in one by one, about 600 a second',
    );
    return startFallbackReader;
  }
}

async function untilChecked(redis: Redis, prefix: string, log: Log): Promise<string | null> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await checkContract(redis, prefix);
    } catch (error) {
      log.warn({ err: error, attempt }, 'inbound.waits');
      await sleep(Math.min(100 * 2 ** attempt, 5_000));
    }
  }
}
