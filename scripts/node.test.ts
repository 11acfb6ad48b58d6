import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, onTestFinished, test } from 'vitest';

const run = promisify(execFile);
const launcher = fileURLToPath(new URL('./node.mjs', import.meta.url));
const oldNode = await findOldNode();
const nodes = [process.execPath, ...(oldNode === null ? [] : [oldNode])];

type Outcome = { code: number | null; stdout: string; stderr: string };

/** A Node on PATH that does not read TypeScript. */
async function findOldNode(): Promise<string | null> {
  for (const folder of (process.env['PATH'] ?? '').split(delimiter)) {
    const program = join(folder, 'node');
    const version = await run(program, ['--version']).catch(() => null);
    if (version !== null && /^v(1\d|2[01])\./.test(version.stdout)) return program;
  }
  return null;
}

async function scriptFile(source: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'typelane-node-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const file = join(folder, 'script.ts');
  await writeFile(file, source);
  return file;
}

async function launch(node: string, args: readonly string[], from = launcher): Promise<Outcome> {
  const child = spawn(node, [from, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (chunk) => (stdout += String(chunk)));
  child.stderr.on('data', (chunk) => (stderr += String(chunk)));
  await once(child, 'close');
  return { code: child.exitCode, stdout, stderr };
}

test.each(nodes)('under %s a TypeScript file sees its path and arguments as if it had been started directly', async (node) => {
  const file = await scriptFile('const words: string[] = process.argv.slice(1); console.log(JSON.stringify(words));');
  const { code, stdout } = await launch(node, [file, '--flag', 'two words', '']);
  expect({ code, words: JSON.parse(stdout) }).toEqual({ code: 0, words: [file, '--flag', 'two words', ''] });
});

test.each(nodes)('under %s the exit code is that of the file, and 128 or more when it was killed', async (node) => {
  expect((await launch(node, [await scriptFile('process.exit(7);')])).code).toBe(7);
  expect((await launch(node, [await scriptFile('throw new Error("no");')])).code).toBe(1);
});

test.runIf(oldNode)('a file that was killed by a signal makes the exit code 128 and the number of the signal', async () => {
  expect((await launch(oldNode ?? '', [await scriptFile('process.kill(process.pid, "SIGKILL");')])).code).toBe(137);
});

test.each(nodes.flatMap((node) => (['SIGINT', 'SIGTERM', 'SIGHUP'] as const).map((signal) => ({ node, signal }))))(
  'under $node the file gets $signal once and may finish its work',
  async ({ node, signal }) => {
    const file = await scriptFile(`let count = 0;
      process.on('${signal}', () => { count += 1; setTimeout(() => { console.log('count ' + count); process.exit(5); }, 200); });
      setInterval(() => {}, 1000); console.log('ready');`);
    const child = spawn(node, [launcher, file], { stdio: ['ignore', 'pipe', 'inherit'] });
    let output = '';
    child.stdout.on('data', (chunk) => (output += String(chunk)));
    await expect.poll(() => output, { timeout: 15_000 }).toBe('ready\n');
    child.kill(signal);
    await once(child, 'close');
    expect({ code: child.exitCode, output }).toEqual({ code: 5, output: 'ready\ncount 1\n' });
  },
);

test.each(nodes)('under %s a missing file argument or file gives a sentence and exit code 2', async (node) => {
  expect(await launch(node, [])).toMatchObject({ code: 2, stderr: expect.stringContaining('Usage') });
  expect(await launch(node, ['nowhere.ts'])).toMatchObject({ code: 2, stderr: expect.stringContaining('nowhere.ts') });
});

test.runIf(oldNode)('an old Node without the packaged one says what to do, with exit code 2', async () => {
  const file = await scriptFile('');
  const elsewhere = await mkdtemp(join(tmpdir(), 'typelane-node-'));
  onTestFinished(() => rm(elsewhere, { recursive: true }));
  await mkdir(join(elsewhere, 'scripts'));
  await copyFile(launcher, join(elsewhere, 'scripts', 'node.mjs'));
  const { code, stderr } = await launch(oldNode ?? '', [file], join(elsewhere, 'scripts', 'node.mjs'));
  expect(code).toBe(2);
  expect(stderr).toMatch(/npm install|install Node 24/);
});
