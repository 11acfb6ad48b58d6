import { setTimeout as sleep } from 'node:timers/promises';
import { type Database, orderDueStarts } from '@typelane/db';
import { type Lease, type Log, type WakeUp, wake } from '@typelane/runtime';
import type { Queue } from 'bullmq';

/** Milliseconds between two looks. Starts that become due in between are ordered together. */
const tickMs = 1_000;

type Options = { database: Database; converse: Queue<WakeUp>; lease: Lease; log: Log };

/** Starts the bot for the contacts of bulk starts, each at its own pace. The lease holder does it; two at once order nothing twice. */
export function startBulkStarts({ database, converse, lease, log }: Options): { stop(): Promise<void> } {
  const stopping = new AbortController();
  const round = async (): Promise<void> => {
    if (!lease.isHeld()) return;
    const chats = await orderDueStarts(database.sql, tickMs);
    await wake(converse, chats);
    if (chats.length > 0) log.info({ chats: chats.length }, 'bulk-start.ordered');
  };
  const loop = (async () => {
    while (!stopping.signal.aborted) {
      await round().catch((error: unknown) => log.error({ err: error }, 'bulk-start.failed'));
      await sleep(tickMs, undefined, { signal: stopping.signal }).catch(() => {});
    }
  })();
  return {
    async stop() {
      stopping.abort();
      await loop;
    },
  };
}
