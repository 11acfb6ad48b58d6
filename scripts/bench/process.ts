import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';

export type BenchProcess = {
  /** The text after `ready` on its standard output. */
  ready: string;
  pid: number;
  /** User and system time so far, in milliseconds, of all its threads. */
  cpuMs(): number;
  rssBytes(): number;
  stop(): Promise<void>;
};

/** Starts a script in a process of its own and waits until it says that it is ready. Its log is thrown away. */
export async function startProcess(script: string, env: Record<string, string>, readyPattern = /^ready (.*)$/): Promise<BenchProcess> {
  const child = spawn(process.execPath, [...nodeOptions(), script], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const { pid } = child;
  if (pid === undefined) throw new Error(`${script} could not be started`);
  const ready = await firstLine(child, readyPattern, script);
  child.stdout.resume();
  return {
    ready,
    pid,
    cpuMs: () => cpuMs(pid),
    rssBytes: () => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) * 1_024,
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const ended = once(child, 'exit');
      child.kill('SIGTERM');
      setTimeout(() => child.kill('SIGKILL'), 5_000).unref();
      await ended;
    },
  };
}

/** All run with the options that `npm run worker` gives to Node. */
function nodeOptions(): string[] {
  const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as { scripts: { worker: string } };
  return scripts.worker.split(' ').filter((word) => word.startsWith('--'));
}

function firstLine(child: ChildProcess, pattern: RegExp, script: string): Promise<string> {
  return new Promise((resolve, reject) => {
    if (!child.stdout) throw new Error('no standard output');
    const lines = createInterface({ input: child.stdout });
    child.once('exit', (code) => reject(new Error(`${script} ended with ${code} before it was ready`)));
    lines.on('line', (line) => {
      const match = pattern.exec(line);
      if (match) resolve(match[1] ?? '');
    });
  });
}

/** Time used by a process and its children that live, such as PostgreSQL's backends. */
export function familyCpuMs(pid: number): number {
  const children = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && parentOf(name) === pid)
    .map((name) => cpuMs(Number(name)));
  return cpuMs(pid) + children.reduce((sum, ms) => sum + ms, 0);
}

function parentOf(pid: string): number | null {
  try {
    return Number(readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ')[1]);
  } catch {
    return null;
  }
}

/** Clock ticks are 10 ms on Linux. */
function cpuMs(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) * 10;
}
