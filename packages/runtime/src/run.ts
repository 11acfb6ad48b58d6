import { ConfigurationError } from './env.ts';
import type { Log } from './log.ts';

/** Something that runs until it is stopped. */
export type Running = { stop(): Promise<void> };

/** Milliseconds a start may still take once it is told to stop: its servers may be away. */
const startWithinMs = 5_000;

/** Milliseconds a process may take to finish what it began: longer than one call to Typebot. */
export const graceMs = 45_000;

/**
 * Runs a process until SIGINT or SIGTERM, then stops it. Exit codes: 0 stopped, 1 failed, 2 wrong configuration (the
 * sentence on standard error names the variable). A second request to stop, or `graceMs` gone, ends it at once.
 */
export async function runUntilSignal(start: () => Promise<Running & { log: Log }>): Promise<void> {
  try {
    // Heard from the beginning: one that comes while the process starts stops it as soon as it has.
    let late: NodeJS.Timeout | undefined;
    const stopping = new Promise<NodeJS.Signals>((resolve) => {
      const first = (signal: NodeJS.Signals): void => {
        late = setTimeout(() => process.exit(1), startWithinMs);
        resolve(signal);
      };
      onStopSignal(['SIGINT', 'SIGTERM'], first, () => process.exit(1));
    });
    const running = await start();
    const { log } = running;
    process.on('unhandledRejection', (reason) => {
      log.fatal({ err: reason }, 'process.failed');
      process.exit(1);
    });
    const signal = await stopping;
    log.info({ signal }, 'process.stopping');
    clearTimeout(late);
    late = setTimeout(() => process.exit(1), graceMs);
    await running.stop();
    clearTimeout(late);
    log.info({}, 'process.stopped');
    process.exit(0);
  } catch (error) {
    process.stderr.write(
      `${error instanceof ConfigurationError ? error.message : String(error instanceof Error ? (error.stack ?? error) : error)}\n`,
    );
    process.exit(error instanceof ConfigurationError ? 2 : 1);
  }
}

/**
 * One request to stop arrives several times: npm passes on what a terminal or systemd has sent to every process. So `again`, a second
 * request, counts only when `copiesWithinMs` have gone since the first signal.
 */
export function onStopSignal(signals: readonly NodeJS.Signals[], first: (signal: NodeJS.Signals) => void, again: () => void): void {
  let firstAt: number | null = null;
  for (const signal of signals) {
    process.on(signal, () => {
      if (firstAt === null) {
        firstAt = performance.now();
        first(signal);
      } else if (performance.now() - firstAt > copiesWithinMs) again();
    });
  }
}

/** Milliseconds. Longer than npm takes to pass a signal on, shorter than a person takes to decide on a second Ctrl-C. */
const copiesWithinMs = 1_000;
