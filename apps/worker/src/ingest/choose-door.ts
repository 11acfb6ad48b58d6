import { setTimeout as sleep } from 'node:timers/promises';
import type { Log } from '@typelane/runtime';
import type { Redis } from 'ioredis';
import { checkContract } from './contract.ts';
import { openDoor } from './door.ts';
import { openPlainDoor } from './plain-door.ts';

/** Looks at a Redis that behaves otherwise than expected: it may have been emptied or restarted in the middle of one. */
const looks = 2;

/** The fast door where this BullMQ and this Redis keep to what it rests on. Waits for a Redis that is away, however long. */
export async function chooseDoor(redis: Redis, prefix: string, log: Log): Promise<typeof openDoor> {
  for (let look = 1; ; look += 1) {
    const problem = await untilChecked(redis, prefix, log);
    if (problem === null) return openDoor;
    if (look < looks) continue;
    log.warn(
      { problem },
      'door.fallback: this BullMQ or Redis is not as the fast door needs it; events come in one by one, about 600 a second',
    );
    return openPlainDoor;
  }
}

async function untilChecked(redis: Redis, prefix: string, log: Log): Promise<string | null> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await checkContract(redis, prefix);
    } catch (error) {
      log.warn({ err: error, attempt }, 'door.waits');
      await sleep(Math.min(100 * 2 ** attempt, 5_000));
    }
  }
}
