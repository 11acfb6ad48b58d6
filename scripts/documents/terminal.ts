import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { waitUntil } from '@typelane/testkit';

type Environment = Record<string, string | undefined>;

export type Ran = { code: number | null; output: string };

/** A reader's terminal: commands see the variables that earlier ones set, and the files that were saved. */
export class Terminal {
  readonly #folder: string;
  readonly #env: Environment;
  readonly #children = new Set<ChildProcess>();

  /** `folder`: where commands run; it is created. The first `node` in PATH is the one that runs this. */
  constructor(folder: string, env: Environment) {
    mkdirSync(folder, { recursive: true });
    this.#folder = folder;
    this.#env = { ...env, PATH: `${dirname(process.execPath)}:${env['PATH'] ?? ''}` };
    writeFileSync(join(folder, 'variables'), '');
  }

  save(name: string, content: string | Buffer): void {
    writeFileSync(join(this.#folder, name), content);
  }

  /** Runs commands to their end. A request that is refused is a failure, unlike with plain `curl -s`. */
  async run(commands: string): Promise<Ran> {
    const { child, output } = this.start(commands);
    const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
    return { code, output: output() };
  }

  /** Runs commands that do not end by themselves until they print `text`, then stops them. */
  async runUntil(commands: string, text: string): Promise<Ran> {
    const { child, output } = this.start(commands);
    await waitUntil(() => output().includes(text) || child.exitCode !== null, { what: `"${text}" to be printed`, timeoutMs: 60_000 });
    const found = output().includes(text);
    await this.stop(child);
    return { code: found ? 0 : child.exitCode, output: output() };
  }

  start(commands: string): { child: ChildProcess; output(): string } {
    const script = `set -aeuo pipefail
      source ./variables
      curl() { command curl --show-error --fail-with-body "$@"; }
      trap 'declare -px | grep -v -E "^declare -[a-z]*r" > ./variables' EXIT
      ${commands}`;
    const child = spawn('bash', ['-c', script], { cwd: this.#folder, env: this.#env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
    this.#children.add(child);
    child.once('close', () => this.#children.delete(child));
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
    return { child, output: () => output };
  }

  /** Asks a command and all that it started to end, and waits until they have. */
  async stop(child: ChildProcess): Promise<void> {
    if (!this.#children.has(child) || child.pid === undefined) return;
    const closed = new Promise<void>((resolve) => child.once('close', () => resolve()));
    process.kill(-child.pid, 'SIGTERM');
    await closed;
  }

  async close(): Promise<void> {
    await Promise.all([...this.#children].map((child) => this.stop(child)));
  }
}
