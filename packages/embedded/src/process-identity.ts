import { execFile } from 'node:child_process';
import { readFile, readlink } from 'node:fs/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);
const hasProc = process.platform === 'linux';

/**
 * When the process began, as an opaque value that no other process of this machine shares under the same pid, not even after a
 * reboot. Null when there is no such process. A zombie counts as gone: it runs nothing and holds no file.
 */
export async function processStartedAt(pid: number): Promise<string | null> {
  if (!Number.isSafeInteger(pid) || pid <= 0) return null;
  return hasProc ? startedAtFromProc(pid) : psField(pid, 'lstart');
}

/** The command line, words separated by spaces; null when there is no such process. */
export async function processCommand(pid: number): Promise<string | null> {
  if (!hasProc) return psField(pid, 'command');
  const raw = await readOrNull(`/proc/${pid}/cmdline`);
  return raw === null ? null : raw.replaceAll('\0', ' ').trim();
}

/** The working folder of a process; null when unknown (no such process, no right to look, or no /proc on this system). */
export async function processFolder(pid: number): Promise<string | null> {
  return hasProc ? readlink(`/proc/${pid}/cwd`).catch(() => null) : null;
}

async function startedAtFromProc(pid: number): Promise<string | null> {
  const stat = await readOrNull(`/proc/${pid}/stat`);
  if (stat === null) return null;
  // The second field is the program's name in parentheses and may itself hold spaces and parentheses.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [state, startTicks] = [fields[0], fields[19]];
  if (state === undefined || startTicks === undefined || 'ZX'.includes(state)) return null;
  const boot = await readOrNull('/proc/sys/kernel/random/boot_id');
  return `${boot?.trim() ?? 'boot'}/${startTicks}`;
}

async function psField(pid: number, field: string): Promise<string | null> {
  try {
    const { stdout } = await run('ps', ['-p', String(pid), '-o', `${field}=`], { env: { ...process.env, LC_ALL: 'C' } });
    return stdout.trim() || null;
  } catch {
    return null;
  }
}

async function readOrNull(path: string): Promise<string | null> {
  return readFile(path, 'utf8').catch(() => null);
}
