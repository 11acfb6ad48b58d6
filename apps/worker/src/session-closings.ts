import { setTimeout as sleep } from 'node:timers/promises';
import { closeNextSessions, type Database, finishClosing, openClosings, type SessionClosing } from '@typelane/db';
import { type Lease, type Log, type WakeUp, wake } from '@typelane/runtime';
import type { Queue } from 'bullmq';

/** Milliseconds between checks for unfinished closings. */
const tickMs = 1_000;

/** Closings looked at in one round, and sessions closed in one transaction: each locks its conversation's row until then. */
const closingsMax = 20;
const pageSize = 500;

/** Milliseconds after which a closing ends although sessions live: their commands were carried out, so it is a defect and goes to the log. */
const giveUpAfterMs = 86_400_000;

type Options = { database: Database; converse: Queue<WakeUp>; lease: Lease; log: Log };

/**
 * Closes the sessions of integrations and instances that were removed or name another bot, a page at a time, until none is left. The elected
 * process does it; two at once order nothing twice.
 */
export function startSessionClosings(options: Options): { stop(): Promise<void> } {
  const stopping = new AbortController();
  const round = async (): Promise<void> => {
    if (!options.lease.isHeld()) return;
    for (const closing of await openClosings(options.database.sql, closingsMax)) {
      if (stopping.signal.aborted) return;
      // One instance's closing that fails must not keep the others from theirs.
      await carryOut(options, closing).catch((error: unknown) =>
        options.log.error({ err: error, instanceId: closing.instanceId }, 'session-closing.failed'),
      );
    }
  };
  const loop = (async () => {
    while (!stopping.signal.aborted) {
      await round().catch((error: unknown) => options.log.error({ err: error }, 'session-closing.failed'));
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

/** One pass over all sessions. The closing is over when a pass finds none alive. */
async function carryOut({ database, converse, log }: Options, closing: SessionClosing): Promise<void> {
  const { instanceId, reason } = closing;
  let after: string | null = null;
  let living = 0;
  do {
    const page: Awaited<ReturnType<typeof closeNextSessions>> = await closeNextSessions(database.sql, closing, { after, limit: pageSize });
    await wake(converse, page.ordered);
    after = page.next;
    living += page.living;
  } while (after !== null);
  const isOverdue = Date.now() - closing.createdAt.getTime() > giveUpAfterMs;
  if (living > 0 && !isOverdue) return;
  await finishClosing(database.sql, closing.closingId);
  log[living > 0 ? 'error' : 'info']({ instanceId, reason, living }, 'session-closing.done');
}
