import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { waitUntil } from '@typelane/testkit';

/** A worker in a separate process, which a test can kill or freeze. */
export type ChildWorker = {
  pid: number;
  /** What it has logged. */
  logs: readonly string[];
  isAlive(): boolean;
  /** Whether it is stopped by a SIGSTOP, from itself or from the test. */
  isFrozen(): boolean;
  /** SIGKILL: it does nothing more and closes no connection. */
  kill(): Promise<void>;
  /** SIGSTOP and SIGCONT. */
  freeze(): void;
  thaw(): void;
  /** SIGTERM; resolves with its exit code. One that was killed before gives null. */
  stop(): Promise<number | null>;
};

const main = fileURLToPath(new URL('../src/main.ts', import.meta.url));

/** Starts apps/worker/src/main.ts with only `env` as its environment, and resolves when it is ready. */
export async function spawnWorker(env: Record<string, string>): Promise<ChildWorker> {
  const child = spawn(process.execPath, [main], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  const logs: string[] = [];
  for (const stream of [child.stdout, child.stderr]) createInterface(stream).on('line', (line) => logs.push(line));
  const ended = once(child, 'exit');
  const endWithUs = (): void => void child.kill('SIGKILL');
  process.once('exit', endWithUs);
  void ended.then(() => process.off('exit', endWithUs));

  const isAlive = (): boolean => child.exitCode === null && child.signalCode === null;
  const end = async (signal: 'SIGKILL' | 'SIGTERM'): Promise<number | null> => {
    if (isAlive()) child.kill(signal);
    // A frozen process would not receive the signal.
    child.kill('SIGCONT');
    await ended;
    return child.exitCode;
  };
  await waitUntil(() => !isAlive() || logs.some((line) => line.includes('"worker.started"')), {
    what: 'a worker to start',
    timeoutMs: 60_000,
  });
  if (!isAlive()) throw new Error(`The worker did not start:\n${logs.join('\n')}`);
  return {
    pid: child.pid ?? 0,
    logs,
    isAlive,
    // Linux: the state after the name in parentheses; T is stopped.
    isFrozen: () => isAlive() && /\) T /.test(readFileSync(`/proc/${child.pid}/stat`, 'utf8')),
    kill: async () => void (await end('SIGKILL')),
    freeze: () => void child.kill('SIGSTOP'),
    thaw: () => void child.kill('SIGCONT'),
    stop: () => end('SIGTERM'),
  };
}
