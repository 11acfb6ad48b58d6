import { setTimeout as sleep } from 'node:timers/promises';

/** The longest time a timer of Node holds. */
const timerMax = 2 ** 31 - 1;

/** Ends after `ms`, or at once when `stop` aborts. Never rejects. */
export async function pause(ms: number, stop: AbortSignal): Promise<void> {
  if (ms <= 0 || stop.aborted) return;
  await sleep(Math.min(ms, timerMax), undefined, { signal: stop }).catch(() => undefined);
}

/** True when the promise was fulfilled or rejected within `ms`. */
export async function settlesWithin(promise: Promise<unknown>, ms: number): Promise<boolean> {
  const over = new AbortController();
  const settled = promise.then(
    () => true,
    () => true,
  );
  const late = pause(ms, over.signal).then(() => false);
  const result = await Promise.race([settled, late]);
  over.abort();
  return result;
}

/** As `promise`, but rejects as soon as `stop` aborts. */
export function unlessAborted<T>(promise: Promise<T>, stop: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(new Error('aborted', { cause: stop.reason }));
    if (stop.aborted) abort();
    stop.addEventListener('abort', abort, { once: true });
    promise.then(resolve, reject).finally(() => stop.removeEventListener('abort', abort));
  });
}
