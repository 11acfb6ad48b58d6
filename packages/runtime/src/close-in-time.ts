import { setTimeout as sleep } from 'node:timers/promises';
import type { Log } from './log.ts';

/** Milliseconds. A connection closes in far less time, or never if its server is unreachable. */
export const closeWithinMs = 5_000;

/**
 * Waits up to `withinMs` for something to close, so that a process can stop while Redis or PostgreSQL is unreachable. A failure or timeout
 * is logged with `what`, never thrown.
 */
export async function closeInTime(what: string, closing: Promise<unknown>, log: Log, withinMs = closeWithinMs): Promise<void> {
  const tooLate = new AbortController();
  const late = sleep(withinMs, 'late' as const, { signal: tooLate.signal }).catch(() => 'closed' as const);
  const closed = closing.then(
    () => 'closed' as const,
    (error: unknown) => {
      log.warn({ err: error, what }, 'close.failed');
      return 'closed' as const;
    },
  );
  if ((await Promise.race([closed, late])) === 'late') log.warn({ what, withinMs }, 'close.late');
  tooLate.abort();
}
