import { chmod, mkdir, mkdtemp, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { EmbeddedError, systemCode } from './embedded-error.ts';

/** Others may pass through but not list: servers of another account live below. Files with secrets carry 0600 themselves. */
export const passableMode = 0o711;

/**
 * Creates the folder and the missing ones above it, each with exactly `mode` whatever the umask says (a umask of 077 would shut
 * out the account that a server runs as). Folders that exist stay as they are.
 */
export async function makeFolder(folder: string, mode: number = passableMode): Promise<string> {
  const path = resolve(folder);
  try {
    await create(path, mode);
  } catch (thrown) {
    throw new EmbeddedError('DATA_DIR_UNUSABLE', `The folder ${path} cannot be created: ${reason(thrown)}.`, thrown);
  }
  return path;
}

/**
 * A new empty folder below the system's temporary one, for tests and measurements. Unlike a plain mkdtemp the account that PostgreSQL
 * runs as under root can pass through it. The caller removes it.
 */
export async function temporaryDataDir(prefix: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), prefix));
  await chmod(folder, passableMode);
  return folder;
}

async function create(path: string, mode: number): Promise<void> {
  try {
    await mkdir(path, { mode });
  } catch (thrown) {
    const code = systemCode(thrown);
    if (code === 'EEXIST' && (await stat(path)).isDirectory()) return;
    if (code !== 'ENOENT' || dirname(path) === path) throw thrown;
    await create(dirname(path), passableMode);
    await mkdir(path, { mode });
  }
  await chmod(path, mode);
}

/** The reason of a failed file operation in words. */
export function reason(thrown: unknown): string {
  const code = systemCode(thrown);
  if (code === 'EACCES' || code === 'EPERM') return 'this user has no permission';
  if (code === 'ENOSPC') return 'the disk is full';
  if (code === 'EROFS') return 'the file system is read-only';
  if (code === 'EEXIST' || code === 'ENOTDIR') return 'there is a file of that name in the way';
  return thrown instanceof Error ? thrown.message : String(thrown);
}
