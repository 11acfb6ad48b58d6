import { ConfigurationError } from './env.ts';
import type { Log } from './log.ts';

/** Something that runs until it is stopped. */
export type Running = { stop(): Promise<void> };

/** Milliseconds a start may still take after a signal to stop: its servers may be unreachable. */
const startWithinMs = 5_000;

/** Milliseconds a process may take to finish its work: longer than one call to Typebot. */
export const graceMs = 45_000;

/**
 * Runs a process until SIGINT or SIGTERM, then stops it. Exit codes: 0 stopped, 1 failed, 2 wrong configuration or
 * environment (standard error says what to change). A second signal, or `graceMs` without an end, exits at once with 1.
 */
export async function runUntilSignal(start: () => Promise<Running & { log: Log }>): Promise<void> {
  try {
    // Registered first: a signal during the start stops the process right after the start.
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
 * One request to stop can arrive several times, because npm forwards a signal that a terminal or systemd sends to every process. So `again`
 * is called only for a signal more than `copiesWithinMs` after the first.
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

/** Milliseconds. Longer than npm takes to forward a signal, shorter than a person takes to press Ctrl-C again. */
const copiesWithinMs = 1_000;
