import { readFile, realpath, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { EmbeddedError } from '../embedded-error.ts';
import { reason } from '../folder.ts';
import { processCommand, processFolder, processStartedAt } from '../process-identity.ts';
import { stopOrphan } from '../server-process.ts';
import type { StopStep } from '../server-process.ts';

/** Fast shutdown, then immediate (recovered at the next start), then by force. */
export const postgresStopSteps: readonly StopStep[] = [
  { signal: 'SIGINT', waitMs: 30_000 },
  { signal: 'SIGQUIT', waitMs: 5_000 },
  { signal: 'SIGKILL', waitMs: 5_000 },
];

export type PidFile = { pid: number; isReady: boolean };

/** Reads `postmaster.pid`: the pid in its first line, the state in its eighth. Null when absent or not complete. */
export async function readPidFile(cluster: string): Promise<PidFile | null> {
  const text = await readFile(pidPath(cluster), 'utf8').catch(() => null);
  const lines = text?.split('\n') ?? [];
  const pid = Number(lines[0]);
  return Number.isSafeInteger(pid) && pid > 0 ? { pid, isReady: lines[7]?.trim() === 'ready' } : null;
}

/**
 * Stops a server that an earlier process left running on this cluster, and removes a pid file whose pid now belongs to another
 * program (PostgreSQL itself would take that program for a server and refuse to start). Returns the pid it stopped.
 */
export async function stopLeftover(cluster: string): Promise<number | null> {
  const found = await readPidFile(cluster);
  if (found === null || (await processStartedAt(found.pid)) === null) return null;
  if (!(await isServerOf(cluster, found.pid))) {
    await rm(pidPath(cluster), { force: true });
    return null;
  }
  const isGone = await stopOrphan(found.pid, postgresStopSteps).catch((thrown: unknown) => {
    throw stillThere(cluster, found.pid, reason(thrown), thrown);
  });
  if (!isGone) throw stillThere(cluster, found.pid, 'it does not end');
  return found.pid;
}

async function isServerOf(cluster: string, pid: number): Promise<boolean> {
  const command = (await processCommand(pid)) ?? '';
  if (!/\bpostgres\b/.test(command)) return false;
  const folder = await processFolder(pid);
  return folder === null ? command.includes(cluster) : folder === (await realpath(cluster));
}

function stillThere(cluster: string, pid: number, why: string, cause?: unknown): EmbeddedError {
  return new EmbeddedError(
    'DATA_DIR_IN_USE',
    `A PostgreSQL server (pid ${pid}) still runs on ${cluster} and cannot be stopped: ${why}.`,
    cause,
  );
}

function pidPath(cluster: string): string {
  return join(cluster, 'postmaster.pid');
}
