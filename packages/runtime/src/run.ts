import { ConfigurationError } from './env.ts';
import type { Log } from './log.ts';

/** Something that runs until it is stopped. */
export type Running = { stop(): Promise<void> };

/** Milliseconds a process may take to finish what it began: longer than one call to Typebot. */
export const graceMs = 45_000;

/**
 * Runs a process until SIGINT or SIGTERM, then stops it. Exit codes: 0 stopped, 1 failed, 2 wrong configuration (the
 * sentence on standard error names the variable). A second signal, or `graceMs` gone, ends it at once.
 */
export async function runUntilSignal(start: () => Promise<Running & { log: Log }>): Promise<void> {
  try {
    const running = await start();
    const { log } = running;
    process.on('unhandledRejection', (reason) => {
      log.fatal({ err: reason }, 'process.failed');
      process.exit(1);
    });
    const signal = await nextSignal();
    log.info({ signal }, 'process.stopping');
    process.once('SIGINT', () => process.exit(1));
    process.once('SIGTERM', () => process.exit(1));
    const late = setTimeout(() => process.exit(1), graceMs);
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

function nextSignal(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    process.once('SIGINT', resolve);
    process.once('SIGTERM', resolve);
  });
}
