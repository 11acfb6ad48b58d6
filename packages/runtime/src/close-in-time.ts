import { setTimeout as sleep } from 'node:timers/promises';
import type { Log } from './log.ts';

/** Milliseconds that one thing may take to close. What needs the network closes in far less, or never: its server is away. */
export const closeWithinMs = 5_000;

/**
 * Waits for something to close, but not for ever: a process that is told to stop does stop, also while Redis or PostgreSQL is away. What
 * did not close, or failed to, is logged by name, and the process goes on stopping.
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
