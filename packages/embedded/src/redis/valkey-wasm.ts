import { Worker } from 'node:worker_threads';
import { resolvesWithin } from '../deadline.ts';
import type { RunningRedis } from './redis.ts';

export type ValkeyThreadData = { folder: string; logFd: number; password: string; durable: boolean };
export type FromValkeyThread = { type: 'ready'; port: number } | { type: 'saveFailed'; reason: string };

const stopTimeoutMs = 60_000;

/**
 * Runs Valkey, compiled to WebAssembly, in a thread of this process. It saves to `dump.rdb` in `folder` every two seconds while
 * something changes, and when stopped: a process that is killed loses what came after the last save. Rejects when it does not boot.
 */
export async function startValkeyWasm(data: ValkeyThreadData, log: (line: string) => void): Promise<RunningRedis> {
  const thread = new Worker(new URL('./valkey-thread.ts', import.meta.url), {
    workerData: data,
    execArgv: ['--disable-warning=ExperimentalWarning'],
    name: 'valkey',
  });
  const ready = Promise.withResolvers<number>();
  const ended = Promise.withResolvers<string>();
  let fault = '';
  thread.on('message', (message: FromValkeyThread) => {
    if (message.type === 'ready') ready.resolve(message.port);
    else log(`Valkey could not save its data: ${message.reason} What came after the last save would be lost in a crash.`);
  });
  thread.on('error', (thrown) => (fault = describeFault(thrown)));
  thread.on('exit', (code) => {
    const how = fault === '' ? `exit code ${code}` : fault;
    ready.reject(new Error(how));
    ended.resolve(how);
  });
  const port = await ready.promise;
  return { port, pid: null, ended: ended.promise, stop: () => stopThread(thread, ended.promise) };
}

async function stopThread(thread: Worker, ended: Promise<string>): Promise<void> {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
  thread.postMessage('stop');
  if (!(await resolvesWithin(ended, stopTimeoutMs))) await thread.terminate();
}

/** When the server exits by itself, Node's WASI throws a symbol out of the running call. */
function describeFault(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : 'its own exit';
}
