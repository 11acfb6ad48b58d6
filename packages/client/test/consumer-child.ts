import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import type { Gateway } from './gateway.ts';
import type { TestQueues } from './queues.ts';

export type ConsumerChild = {
  /** Its steps: `typing` when typing began, a text when its send ended, with or without success, and `error`. */
  did: () => string[];
  freeze: () => void;
  thaw: () => void;
  /** Ends it without a chance to tidy up, or lets it close by itself; resolves when it is gone. */
  kill: () => Promise<void>;
  close: () => Promise<void>;
};

const program = fileURLToPath(new URL('consumer-process.ts', import.meta.url));

/** Starts a consumer in a process of its own. It is killed when the test is over. */
export function consumerChild(queues: TestQueues, gateway: Gateway, name: string, lockMs: number): ConsumerChild {
  const child = spawn(process.execPath, [program, queues.url, queues.prefix, gateway.url, name, String(lockMs)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => (output += chunk));
  const end = (signal: 'SIGKILL' | 'SIGTERM') => async () => {
    child.kill(signal);
    await gone;
  };
  onTestFinished(end('SIGKILL'));
  return {
    did: () => output.trim().split('\n'),
    freeze: () => void child.kill('SIGSTOP'),
    thaw: () => void child.kill('SIGCONT'),
    kill: end('SIGKILL'),
    close: end('SIGTERM'),
  };
}
