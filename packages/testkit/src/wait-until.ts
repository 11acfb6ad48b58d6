import { inspect } from 'node:util';

type Truthy<T> = Exclude<T, false | null | undefined | 0 | 0n | ''>;

export type WaitOptions = {
  /** What is waited for, as the end of the sentence "gave up waiting for ...". */
  what: string;
  /** Default 30,000: how long a failure takes, and no statement about how fast anything is. */
  timeoutMs?: number;
  /** Milliseconds between two evaluations; default 20. */
  everyMs?: number;
};

/**
 * Evaluates `condition` until it returns something truthy, and returns that. A condition that throws counts as not yet true.
 * Throws when the time is over, naming `what` and the last result.
 */
export async function waitUntil<T>(condition: () => T | Promise<T>, options: WaitOptions): Promise<Truthy<T>> {
  const { what, timeoutMs = 30_000, everyMs = 20 } = options;
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const last = await look(condition);
    if (last.seen === 'value' && isTruthy(last.value)) return last.value;
    if (performance.now() >= deadline) throw gaveUp(what, timeoutMs, last);
    await new Promise((resolve) => setTimeout(resolve, everyMs));
  }
}

type Look<T> = { seen: 'value'; value: T } | { seen: 'error'; error: unknown };

async function look<T>(condition: () => T | Promise<T>): Promise<Look<T>> {
  try {
    return { seen: 'value', value: await condition() };
  } catch (error) {
    return { seen: 'error', error };
  }
}

function isTruthy<T>(value: T): value is Truthy<T> & T {
  return Boolean(value);
}

function gaveUp(what: string, timeoutMs: number, last: Look<unknown>): Error {
  const message = `gave up waiting for ${what} after ${timeoutMs} ms`;
  if (last.seen === 'error') return new Error(`${message}; the last look threw`, { cause: last.error });
  return new Error(`${message}; the last look gave ${inspect(last.value, { depth: 4 })}`);
}
