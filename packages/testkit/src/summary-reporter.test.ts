import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, onTestFinished, test } from 'vitest';

const run = promisify(execFile);
const root = fileURLToPath(new URL('../../..', import.meta.url));
const reporter = fileURLToPath(new URL('./summary-reporter.ts', import.meta.url));

/** Runs one test file with this reporter only, in a vitest of its own; returns the last line it prints. */
async function lastLineOf(testFile: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'typelane-reporter-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  await writeFile(join(folder, 'a.test.mjs'), testFile);
  const config = `import { summaryReporter } from ${JSON.stringify(reporter)};
    export default { test: { globals: true, reporters: [summaryReporter()] } };`;
  await writeFile(join(folder, 'vitest.config.mjs'), config);
  const program = [join(root, 'node_modules', 'vitest', 'vitest.mjs'), 'run', '--root', folder];
  const { stdout } = await run(process.execPath, program, { cwd: folder }).catch((thrown: { stdout: string }) => thrown);
  return stdout.trim().split('\n').at(-1) ?? '';
}

test.each([
  ['all is well', `test('a', () => {}); test('b', () => {});`, '2 passed, 0 failed'],
  ['a test fails', `test('a', () => {}); test('b', () => { throw new Error('no'); });`, '1 passed, 1 failed'],
  ['tests are left out', `test('a', () => {}); test.skip('b', () => {}); test.todo('c');`, '1 passed, 0 failed, 2 skipped'],
  ['the file does not load', `throw new Error('no');`, '0 passed, 1 failed'],
  ['a hook fails', `afterAll(() => { throw new Error('no'); }); test('a', () => {});`, '1 passed, 1 failed'],
  ['something fails outside of every test', `Promise.reject(new Error('no')); test('a', () => {});`, '1 passed, 1 failed'],
])('the last line counts when %s', { timeout: 60_000 }, async (_, testFile, expected) => {
  expect(await lastLineOf(testFile)).toBe(expected);
});
