import { setTimeout as sleep } from 'node:timers/promises';
import { isDatabaseAway } from '../database-away.ts';

/** Milliseconds between attempts, and how many: half a minute in all, after which the sweep takes over. */
const retry = { delayMs: 500, attemptsMax: 60 };

/**
 * Asks again when the connection broke, until PostgreSQL is back: for questions that change nothing, and for commits, which change nothing
 * when they are written a second time. So the worker that made a call knows how it ended even when PostgreSQL restarts under it.
 */
export async function retryOnReconnect<T>(ask: () => Promise<T>): Promise<T> {
  for (let attempts = 1; ; attempts += 1) {
    try {
      return await ask();
    } catch (error) {
      if (!isDatabaseAway(error) || attempts === retry.attemptsMax) throw error;
      await sleep(retry.delayMs);
    }
  }
}
