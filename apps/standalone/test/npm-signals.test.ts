import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { waitUntil } from '@typelane/testkit';
import { databaseForTest, redisForTest } from '@typelane/testkit/vitest';
import { afterAll, expect, onTestFinished, test } from 'vitest';

/** The processes as operators start them: through npm, which starts a shell, which starts node. */
const root = fileURLToPath(new URL('../../..', import.meta.url));
const redis = redisForTest();
const database = await databaseForTest();
afterAll(() => database.drop());

const servers = {
  DATABASE_URL: database.url,
  REDIS_URL: redis.url,
  QUEUE_PREFIX: redis.prefix,
  OPERATOR_TOKEN: 'operator-token-of-the-tests',
  SECRET_KEY: '4d1f0a9be27c83566f5e2d1c0b9a8877',
  PORT: '0',
  DRAIN_DELAY_MS: '0',
};

/** In a process group of its own, so that the test sees what is left of it. */
async function started(script: string, env: Record<string, string>, readyWhen: RegExp) {
  const dataDir = mkdtempSync(join(tmpdir(), 'typelane-signals-'));
  const npm = spawn('npm', ['run', '--silent', script], {
    cwd: root,
    env: { ...process.env, DATA_DIR: dataDir, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  const pid = npm.pid ?? 0;
  onTestFinished(() => {
    if (isGroupAlive(pid)) process.kill(-pid, 'SIGKILL');
    rmSync(dataDir, { recursive: true, force: true });
  });
  let output = '';
  for (const stream of [npm.stdout, npm.stderr]) stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const ended = new Promise<number | null>((resolve) => npm.once('exit', resolve));
  await waitUntil(() => readyWhen.test(output) || npm.exitCode !== null, { what: `npm run ${script} to be ready`, timeoutMs: 60_000 });
  if (npm.exitCode !== null) throw new Error(output);
  return { pid, ended, output: () => output };
}

function isGroupAlive(pid: number): boolean {
  try {
    process.kill(-pid, 0);
    return true;
  } catch {
    return false;
  }
}

const scripts: [script: string, env: Record<string, string>, readyWhen: RegExp, stopped: RegExp][] = [
  ['api', servers, /"msg":"api.started"/, /"msg":"process.stopped"/],
  ['worker', servers, /"msg":"worker.started"/, /"msg":"process.stopped"/],
  ['start', { ...servers, LOG_LEVEL: 'silent' }, /Ctrl-C stops everything/, /Stopping: finishing/],
];

test.each(scripts)('SIGTERM to `npm run %s` reaches node, and npm ends after it', { timeout: 120_000 }, async (...row) => {
  const [script, env, readyWhen, stopped] = row;
  const npm = await started(script, env, readyWhen);
  process.kill(npm.pid, 'SIGTERM');
  expect(await npm.ended).toBe(0);
  expect(isGroupAlive(npm.pid)).toBe(false);
  expect(npm.output()).toMatch(stopped);
});

test.each(scripts)(
  'a SIGTERM to every process of `npm run %s`, as systemd sends it, is one request to stop',
  { timeout: 120_000 },
  async (...row) => {
    const [script, env, readyWhen, stopped] = row;
    const npm = await started(script, env, readyWhen);
    process.kill(-npm.pid, 'SIGTERM');
    await npm.ended;
    await waitUntil(() => !isGroupAlive(npm.pid), { what: 'every process to end', timeoutMs: 60_000 });
    expect(npm.output()).toMatch(stopped);
    expect(npm.output()).not.toContain('Stopping at once');
  },
);
