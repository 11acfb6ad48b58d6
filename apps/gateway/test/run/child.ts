import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { GatewayOptions } from '../../src/index.ts';

export type Child = { kill(): Promise<void>; start(): Promise<void> };

const script = fileURLToPath(new URL('gateway-child.ts', import.meta.url));

/** A gateway process that is killed without warning and started again on the same port. */
export function gatewayChild({ log: _log, ...options }: GatewayOptions): Child {
  let child: ChildProcess | null = null;
  const endWithUs = (): void => void child?.kill('SIGKILL');
  process.once('exit', endWithUs);
  return {
    async start() {
      const env = { PATH: process.env['PATH'], GATEWAY_OPTIONS: JSON.stringify(options) };
      const started = spawn(process.execPath, [script], { env, stdio: ['ignore', 'pipe', 'inherit'] });
      child = started;
      const lines = createInterface({ input: started.stdout });
      for await (const line of lines) if (line === 'ready') break;
      started.stdout.resume();
      if (started.exitCode !== null) throw new Error(`The gateway process ended with ${started.exitCode}`);
    },
    async kill() {
      const ended = child;
      child = null;
      if (ended === null || ended.exitCode !== null || ended.signalCode !== null) return;
      ended.kill('SIGKILL');
      await once(ended, 'exit');
    },
  };
}
