import { spawn } from 'node:child_process';

export type Watchdog = { dismiss(): void };

const script = 'read -r word; test "$word" = done || kill -s "$0" "$1"';

/**
 * Ends a server when this process dies without stopping it, even by SIGKILL: a shell waits on a pipe that closes with this process.
 * `dismiss()` must be called as soon as the server is known to be gone, or the shell could signal a pid that belongs to somebody else.
 */
export function watchOver(pid: number, signal: 'INT' | 'TERM'): Watchdog {
  // Its own session: a signal to our whole process group must not take the watchdog with us.
  const shell = spawn('/bin/sh', ['-c', script, signal, String(pid)], { stdio: ['pipe', 'ignore', 'ignore'], detached: true });
  // Without a shell there is no watchdog; the next start finds the orphan and stops it.
  shell.on('error', () => undefined);
  shell.stdin.on('error', () => undefined);
  shell.unref();
  if ('unref' in shell.stdin && typeof shell.stdin.unref === 'function') shell.stdin.unref();
  return { dismiss: () => void shell.stdin.end('done\n') };
}
