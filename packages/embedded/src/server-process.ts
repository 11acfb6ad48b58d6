import { spawn } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';
import { resolvesWithin } from './deadline.ts';
import { processStartedAt } from './process-identity.ts';
import { watchOver } from './watchdog.ts';

/** Signals in the order they are tried, each with the time the server gets to end by it. */
export type StopStep = { signal: NodeJS.Signals; waitMs: number };

export type ServerProcess = {
  pid: number;
  /** Resolves with a phrase such as `exit code 1` when the process has ended, for whatever reason. */
  exited: Promise<string>;
  hasExited(): boolean;
  stop(steps: readonly StopStep[]): Promise<void>;
};

export type SpawnServerOptions = {
  command: string;
  args: readonly string[];
  cwd: string;
  env: NodeJS.ProcessEnv;
  logFd: number;
  account: { uid: number; gid: number } | null;
  /** What the watchdog sends when this process is gone. */
  orphanSignal: 'INT' | 'TERM';
};

/**
 * Spawns a server in its own session, so that Ctrl-C in the terminal reaches only us and the server lives until we have finished with
 * it. Rejects when the program cannot be run at all.
 */
export async function spawnServer(options: SpawnServerOptions): Promise<ServerProcess> {
  const child = spawn(options.command, options.args, {
    cwd: options.cwd,
    env: options.env,
    detached: true,
    stdio: ['ignore', options.logFd, options.logFd],
    ...options.account,
  });
  const exit = Promise.withResolvers<string>();
  await new Promise<void>((resolve, reject) => {
    child.once('spawn', resolve);
    child.once('error', reject);
  });
  const { pid } = child;
  if (pid === undefined) throw new Error(`${options.command} has no pid after it was spawned.`);
  const watchdog = watchOver(pid, options.orphanSignal);
  let ended = false;
  child.once('exit', (code, signal) => {
    ended = true;
    watchdog.dismiss();
    exit.resolve(signal === null ? `exit code ${code}` : `signal ${signal}`);
  });
  return {
    pid,
    exited: exit.promise,
    hasExited: () => ended,
    stop: (steps) => stopBySteps(steps, (signal) => child.kill(signal), exit.promise),
  };
}

/** Stops a server that an earlier process left behind. False when it is still alive after the last step. */
export async function stopOrphan(pid: number, steps: readonly StopStep[]): Promise<boolean> {
  const startedAt = await processStartedAt(pid);
  const isGone = async (): Promise<boolean> => startedAt === null || (await processStartedAt(pid)) !== startedAt;
  for (const { signal, waitMs } of steps) {
    if (await isGone()) return true;
    process.kill(pid, signal);
    const until = Date.now() + waitMs;
    while (Date.now() < until) {
      if (await isGone()) return true;
      await delay(10);
    }
  }
  return isGone();
}

async function stopBySteps(steps: readonly StopStep[], kill: (signal: NodeJS.Signals) => void, exited: Promise<unknown>): Promise<void> {
  for (const { signal, waitMs } of steps) {
    kill(signal);
    if (await resolvesWithin(exited, waitMs)) return;
  }
}
