import { execFile } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join, sep } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';

/** A clean copy of what is released, installed as an operator does: npm ci --omit=dev. */
const run = promisify(execFile);
const root = join(import.meta.dirname, '..');
const copy = mkdtempSync(join(tmpdir(), 'typelane-production-'));
afterAll(() => rmSync(copy, { recursive: true, force: true }));

/** Without what npm adds for `npm test`, such as this repository's own node_modules/.bin. */
const env = {
  HOME: process.env['HOME'],
  PATH: (process.env['PATH'] ?? '')
    .split(delimiter)
    .filter((folder) => !folder.includes('node_modules'))
    .join(delimiter),
};

const released = ['package.json', 'package-lock.json', '.npmrc', 'patches', 'apps', 'packages', 'scripts', 'drizzle'];
const leftOut = new Set(['node_modules', 'dist', 'test']);

beforeAll(async () => {
  const filter = (path: string) => !leftOut.has(path.slice(path.lastIndexOf(sep) + 1));
  for (const name of released) cpSync(join(root, name), join(copy, name), { recursive: true, filter });
  await run('npm', ['ci', '--omit=dev', '--prefer-offline', '--loglevel=error'], { cwd: copy, env });
}, 120_000);

test('the patched driver is the one that is installed', () => {
  const driver = 'node_modules/postgres/src/connection.js';
  expect(readFileSync(join(copy, driver), 'utf8')).toBe(readFileSync(join(root, driver), 'utf8'));
});

test('packages that only tests and development need are not installed', () => {
  for (const name of ['vitest', 'typescript', 'oxlint', 'fast-check', 'drizzle-kit', 'knip'])
    expect([name, existsSync(join(copy, 'node_modules', name))]).toEqual([name, false]);
});

test.each(['api', 'worker', 'migrate'])('`npm run %s` runs as far as its configuration', { timeout: 60_000 }, async (script) => {
  const failure = await run('npm', ['run', '--silent', script], { cwd: copy, env }).then(
    () => null,
    (error: { code: number; stderr: string }) => error,
  );
  expect(failure).toMatchObject({ code: 2, stderr: expect.stringContaining('DATABASE_URL is required') });
});
