import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, onTestFinished, test } from 'vitest';
import { processCommand, processStartedAt } from './process-identity.ts';

test('a process keeps one identity while it runs and has none afterwards', async () => {
  const child = spawn('sleep', ['60'], { stdio: 'ignore' });
  onTestFinished(() => void child.kill());
  await once(child, 'spawn');
  const pid = child.pid ?? 0;
  const startedAt = await processStartedAt(pid);
  expect(startedAt).not.toBeNull();
  expect(await processStartedAt(pid)).toBe(startedAt);
  expect(await processCommand(pid)).toBe('sleep 60');
  child.kill();
  await once(child, 'exit');
  expect(await processStartedAt(pid)).toBeNull();
});

test('two processes have two identities', async () => {
  expect(await processStartedAt(process.pid)).not.toBe(await processStartedAt(process.ppid));
});

test.skipIf(process.platform !== 'linux')('a process that has ended but was not waited for counts as gone', async () => {
  // The shell starts a child and becomes a program that never waits for children.
  const shell = spawn('/bin/sh', ['-c', 'sleep 0 & echo $!; exec sleep 60'], { stdio: ['ignore', 'pipe', 'ignore'] });
  onTestFinished(() => void shell.kill());
  const [line] = await once(shell.stdout, 'data');
  await expect.poll(() => processStartedAt(Number(String(line)))).toBeNull();
});

test.each([0, -1, 1.5, Number.NaN])('%d is not a process id', async (pid) => {
  expect(await processStartedAt(pid)).toBeNull();
});
