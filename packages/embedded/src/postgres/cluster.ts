import { execFile } from 'node:child_process';
import { randomBytes, randomUUID } from 'node:crypto';
import { chown, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { EmbeddedError, systemCode } from '../embedded-error.ts';
import { reason } from '../folder.ts';
import type { PostgresBinaries } from './binaries.ts';
import { clusterName } from './place.ts';
import type { Account, Place } from './place.ts';

export const clusterUser = 'typelane';

const run = promisify(execFile);

/** The major version that wrote the cluster; null when there is none yet. */
export async function clusterMajor(place: Place): Promise<number | null> {
  const versionFile = join(place.folder, clusterName, 'PG_VERSION');
  try {
    return Number.parseInt(await readFile(versionFile, 'utf8'), 10);
  } catch (thrown) {
    if (systemCode(thrown) === 'ENOENT') return null;
    throw new EmbeddedError('DATA_DIR_UNUSABLE', `The cluster cannot be read (${versionFile}): ${reason(thrown)}.`, thrown);
  }
}

/**
 * Makes the cluster: passwords only, even on loopback, because every user of the machine can reach a loopback port. It is made beside
 * its final name and moved there when complete, so that an interrupted attempt leaves no half cluster. Returns the password.
 */
export async function createCluster(place: Place, binaries: PostgresBinaries): Promise<string> {
  const draft = join(place.folder, `${clusterName}.new`);
  const passwordDraft = join(place.folder, `password.${randomUUID()}`);
  const password = randomBytes(24).toString('hex');
  try {
    await rm(draft, { recursive: true, force: true });
    await mkdir(draft, { mode: 0o700 });
    await give(draft, place.account);
    await writeFile(passwordDraft, password, { mode: 0o600 });
    await give(passwordDraft, place.account);
    await initialise(binaries, draft, passwordDraft, place.account);
    await writeFile(passwordPath(place), password, { mode: 0o600 });
    await rename(draft, join(place.folder, clusterName));
    return password;
  } catch (thrown) {
    if (thrown instanceof EmbeddedError) throw thrown;
    throw new EmbeddedError('DATA_DIR_UNUSABLE', `A cluster cannot be made in ${place.folder}: ${reason(thrown)}.`, thrown);
  } finally {
    await rm(passwordDraft, { force: true });
  }
}

export async function readPassword(place: Place): Promise<string> {
  try {
    return (await readFile(passwordPath(place), 'utf8')).trim();
  } catch (thrown) {
    throw new EmbeddedError(
      'DATA_DIR_UNUSABLE',
      `The password of the cluster in ${place.folder} cannot be read from ${passwordPath(place)}: ${reason(thrown)}. ` +
        'Put the file back, or move the folder away to start with an empty one.',
      thrown,
    );
  }
}

/** What PostgreSQL's programs see of our environment: nothing such as PGDATA or PGPORT may change what they do. */
export function serverEnvironment(): NodeJS.ProcessEnv {
  return { PATH: '/usr/local/bin:/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' };
}

async function initialise(binaries: PostgresBinaries, folder: string, passwordFile: string, account: Account): Promise<void> {
  const args = ['-D', folder, '-U', clusterUser, '--pwfile', passwordFile, '--auth=scram-sha-256', '--encoding=UTF8', '--no-sync'];
  try {
    await run(binaries.initdb, [...args, ...localeArguments(binaries.major)], { cwd: folder, env: serverEnvironment(), ...account });
  } catch (thrown) {
    const said = thrown instanceof Error && 'stderr' in thrown ? String(thrown.stderr).trim() : reason(thrown);
    throw new EmbeddedError('POSTGRES_FAILED', `PostgreSQL could not make a cluster in ${folder}. initdb said:\n${said}`, thrown);
  }
}

/** Upper and lower case must work for all letters; plain C knows ASCII only. From version 17 on no operating system locale is needed. */
function localeArguments(major: number): string[] {
  if (major >= 17) return ['--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8'];
  return [`--locale=${process.platform === 'darwin' ? 'en_US.UTF-8' : 'C.UTF-8'}`];
}

function passwordPath(place: Place): string {
  return join(place.folder, 'password');
}

async function give(path: string, account: Account): Promise<void> {
  if (account !== null) await chown(path, account.uid, account.gid);
}
