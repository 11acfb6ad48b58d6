import { randomUUID } from 'node:crypto';
import { link, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { EmbeddedError, systemCode } from './embedded-error.ts';
import { makeFolder, reason } from './folder.ts';
import { processStartedAt } from './process-identity.ts';

export type DataLock = { release(): Promise<void> };

const lockName = 'owner.lock';

/**
 * Locks the folder (created when missing) for this process until `release()`. A lock whose process is gone, or whose pid now belongs
 * to another process, is taken over. Throws EmbeddedError `DATA_DIR_IN_USE` naming the pid of the owner. Processes in other
 * containers or on other machines are not seen: one folder belongs on one machine.
 */
export async function lockDataDir(folder: string): Promise<DataLock> {
  const path = await makeFolder(folder);
  const lockFile = join(path, lockName);
  const mine = JSON.stringify({ pid: process.pid, startedAt: await processStartedAt(process.pid) });
  for (;;) {
    if (await placeLock(lockFile, mine)) return { release: () => releaseLock(lockFile, mine) };
    const found = await readFile(lockFile, 'utf8').catch(() => null);
    if (found === null) continue;
    const owner = await liveOwner(found);
    if (owner !== null) throw inUse(path, owner);
    await setAside(lockFile, found);
  }
}

function inUse(path: string, owner: number): EmbeddedError {
  const who = owner === process.pid ? 'this process already' : `the process with pid ${owner}`;
  return new EmbeddedError('DATA_DIR_IN_USE', `The data folder ${path} is in use by ${who}. Stop it first, or choose another DATA_DIR.`);
}

/** Linking a finished file makes the lock appear with its content at once; a plain exclusive write could be read half-way. */
async function placeLock(lockFile: string, content: string): Promise<boolean> {
  const draft = `${lockFile}.${randomUUID()}`;
  try {
    await writeFile(draft, content, { mode: 0o600 });
    await link(draft, lockFile);
    return true;
  } catch (thrown) {
    if (systemCode(thrown) === 'EEXIST') return false;
    throw new EmbeddedError('DATA_DIR_UNUSABLE', `The data folder of ${lockFile} cannot be written: ${reason(thrown)}.`, thrown);
  } finally {
    await rm(draft, { force: true });
  }
}

async function liveOwner(content: string): Promise<number | null> {
  const claim = parseClaim(content);
  if (claim === null) return null;
  const startedAt = await processStartedAt(claim.pid);
  return startedAt !== null && startedAt === claim.startedAt ? claim.pid : null;
}

function parseClaim(content: string): { pid: number; startedAt: string } | null {
  try {
    const value: unknown = JSON.parse(content);
    if (typeof value !== 'object' || value === null || !('pid' in value) || !('startedAt' in value)) return null;
    const { pid, startedAt } = value;
    return typeof pid === 'number' && typeof startedAt === 'string' ? { pid, startedAt } : null;
  } catch {
    return null;
  }
}

/** Moves a dead owner's lock away. If another process took it over in between, what we moved is alive and goes back. */
async function setAside(lockFile: string, dead: string): Promise<void> {
  const aside = `${lockFile}.${randomUUID()}`;
  try {
    await rename(lockFile, aside);
  } catch (thrown) {
    if (systemCode(thrown) === 'ENOENT') return;
    throw new EmbeddedError('DATA_DIR_UNUSABLE', `The stale lock ${lockFile} cannot be removed: ${reason(thrown)}.`, thrown);
  }
  const moved = await readFile(aside, 'utf8');
  if (moved !== dead) await link(aside, lockFile).catch(() => undefined);
  await rm(aside, { force: true });
}

async function releaseLock(lockFile: string, mine: string): Promise<void> {
  const found = await readFile(lockFile, 'utf8').catch(() => null);
  if (found === mine) await rm(lockFile, { force: true });
}
