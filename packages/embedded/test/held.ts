import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished } from 'vitest';
import { temporaryDataDir } from '../src/folder.ts';
import { processStartedAt } from '../src/process-identity.ts';

const script = fileURLToPath(new URL('./hold.ts', import.meta.url));

type Refusal = { ok: false; code: string; message: string };

export type Held = {
  child: ChildProcess;
  /** The pid of the child, not of a server. */
  pid: number;
  /** The server's address and pid, 0 when what is held is no process of its own. */
  answer: { ok: true; url: string; pid: number } | Refusal;
  /** Sends SIGKILL and waits until the child is gone. */
  kill(): Promise<void>;
};

/** Runs `hold.ts` in a process of its own, optionally as another user, and waits for what it says. */
export async function holdInChild(args: readonly string[], account: { uid?: number; gid?: number } = {}): Promise<Held> {
  const child = spawn(process.execPath, [script, ...args], { stdio: ['ignore', 'pipe', 'inherit'], detached: true, ...account });
  const exited = once(child, 'exit');
  const kill = async (): Promise<void> => {
    child.kill('SIGKILL');
    await exited;
  };
  const lines = createInterface({ input: child.stdout });
  const [line] = await Promise.race([once(lines, 'line'), exited.then(() => ['{"ok":false,"code":"SILENT","message":"it said nothing"}'])]);
  const said: { ok: true; url: string; pid?: number | null } | Refusal = JSON.parse(String(line));
  const answer: Held['answer'] = said.ok ? { ...said, pid: said.pid ?? 0 } : said;
  onTestFinished(async () => {
    await kill();
    // Its server ends a moment later and still writes into the folder that is about to be removed.
    if (answer.ok) await expect.poll(() => processStartedAt(answer.pid), { timeout: 20_000 }).toBeNull();
  });
  if (child.pid === undefined) throw new Error('The child has no pid.');
  return { child, pid: child.pid, answer, kill };
}

/** A new folder that other accounts may pass through; removed when the test ends. */
export async function temporaryFolder(): Promise<string> {
  const folder = await temporaryDataDir('typelane-embedded-');
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}
