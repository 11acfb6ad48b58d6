import { createHash } from 'node:crypto';
import { chmod, readdir, realpath, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { EmbeddedError, systemCode } from '../embedded-error.ts';
import { makeFolder, passableMode } from '../folder.ts';

/** The account a server runs as; null means as ourselves. */
export type Account = { uid: number; gid: number } | null;

export type Place = {
  /** Holds the cluster, its password file and its log. */
  folder: string;
  account: Account;
  /** A sentence for the log when the place is not the one that was asked for. */
  notice: string | null;
};

/** PostgreSQL refuses to run as root. This account exists on every Linux system and owns nothing. */
const nobody = { uid: 65534, gid: 65534 };
const systemFolder = '/var/lib/typelane';

export const clusterName = 'cluster';
/** What a data folder may hold before its first cluster and still count as new. */
const ownEntries = new Set(['owner.lock', 'postgres', 'redis']);

/**
 * Decides where the cluster of a data folder (created when missing) lives and as whom its server runs. Usually that is
 * `<dataDir>/postgres`, as ourselves. Root runs it as `nobody`; when that account cannot reach the data folder (in a home with mode
 * 0700) the place is `/var/lib/typelane/<hash of the data folder's path>`. Where a cluster exists it stays, and runs as its owner.
 */
export async function choosePlace(dataDir: string): Promise<Place> {
  // What counts is the way the system goes, not the links on the way there.
  const preferred = join(await realpath(await makeFolder(dataDir)), 'postgres');
  if (process.getuid?.() !== 0) return { folder: preferred, account: null, notice: null };
  const fallback = join(systemFolder, createHash('sha256').update(preferred).digest('hex').slice(0, 16));
  const candidates = [preferred, fallback];
  const existing = await firstExisting(candidates);
  const wasOpened = existing === null && (await openWhenNew(dirname(preferred)));
  const folder = existing?.folder ?? (await firstReachable(candidates, nobody));
  const account = existing?.owner ?? nobody;
  if (folder === null || !(await canReach(account, folder))) throw unreachable(folder ?? preferred, account.uid);
  const notice = wasOpened ? openedNotice(dirname(preferred)) : null;
  return { folder, account, notice: folder === preferred ? notice : movedNotice(folder, preferred) };
}

/** Whether the account may pass through every existing folder on the way to `path`. Access lists beyond mode bits are not looked at. */
export async function canReach(account: NonNullable<Account>, path: string): Promise<boolean> {
  for (let folder = resolve(path); ; folder = dirname(folder)) {
    const found = await statOrNull(folder);
    if (found !== null && !mayPass(account, found)) return false;
    if (folder === dirname(folder)) return true;
  }
}

function mayPass(account: NonNullable<Account>, folder: { mode: number; uid: number; gid: number }): boolean {
  if (folder.uid === account.uid) return (folder.mode & 0o100) !== 0;
  if (folder.gid === account.gid) return (folder.mode & 0o010) !== 0;
  return (folder.mode & 0o001) !== 0;
}

/**
 * Lets other accounts pass through a data folder that nobody may enter but root, as `mktemp -d` makes them, while nothing is in it that
 * is not ours. Our own files carry their modes themselves. True when the mode was changed.
 */
async function openWhenNew(dataDir: string): Promise<boolean> {
  const found = await stat(dataDir);
  if (found.uid !== 0 || mayPass(nobody, found) || !(await canReach(nobody, dirname(dataDir)))) return false;
  const entries = await readdir(dataDir);
  if (!entries.every((entry) => ownEntries.has(entry))) return false;
  await chmod(dataDir, passableMode);
  return true;
}

async function firstExisting(folders: readonly string[]): Promise<{ folder: string; owner: NonNullable<Account> } | null> {
  for (const folder of folders) {
    const cluster = await statOrNull(join(folder, clusterName));
    if (cluster !== null) return { folder, owner: { uid: cluster.uid, gid: cluster.gid } };
  }
  return null;
}

async function firstReachable(folders: readonly string[], account: NonNullable<Account>): Promise<string | null> {
  for (const folder of folders) if (await canReach(account, folder)) return folder;
  return null;
}

async function statOrNull(path: string): Promise<{ mode: number; uid: number; gid: number } | null> {
  try {
    return await stat(path);
  } catch (thrown) {
    if (systemCode(thrown) === 'ENOENT' || systemCode(thrown) === 'ENOTDIR') return null;
    throw thrown;
  }
}

function openedNotice(dataDir: string): string {
  return `PostgreSQL does not run as root: other accounts may now pass through ${dataDir}, though not list it (mode 0711).`;
}

function movedNotice(folder: string, preferred: string): string {
  return `PostgreSQL does not run as root, and the account it runs as cannot reach ${preferred}: its data is kept in ${folder}.`;
}

function unreachable(folder: string, uid: number): EmbeddedError {
  return new EmbeddedError(
    'DATA_DIR_UNUSABLE',
    `PostgreSQL does not run as root, and the account with uid ${uid} that it runs as cannot reach ${folder}. ` +
      'Allow others to pass through the folders above it (chmod o+x), choose another DATA_DIR, or set DATABASE_URL.',
  );
}
