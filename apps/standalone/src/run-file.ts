import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Where a running `npm start` is found by other commands. Mode 0600: it holds the operator's token. */
export type RunFile = {
  apiUrl: string;
  gatewayUrl: string;
  redisUrl: string;
  databaseUrl: string;
  demoTypebotUrl: string;
  operatorToken: string;
  queuePrefix: string;
  pid: number;
};

const nameOf = (dataDir: string) => join(dataDir, 'run.json');

/** It appears whole: who sees it can read it. */
export async function writeRunFile(dataDir: string, run: RunFile): Promise<void> {
  const draft = `${nameOf(dataDir)}.draft`;
  await rm(draft, { force: true });
  await writeFile(draft, `${JSON.stringify(run, null, 2)}\n`, { mode: 0o600 });
  await rename(draft, nameOf(dataDir));
}

export async function removeRunFile(dataDir: string): Promise<void> {
  await rm(nameOf(dataDir), { force: true });
}

/** Null when nothing runs on this data folder. */
export async function readRunFile(dataDir: string): Promise<RunFile | null> {
  try {
    const run = JSON.parse(await readFile(nameOf(dataDir), 'utf8')) as RunFile;
    process.kill(run.pid, 0);
    return run;
  } catch {
    return null;
  }
}
