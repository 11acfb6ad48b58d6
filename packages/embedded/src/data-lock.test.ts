import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { holdInChild, temporaryFolder } from '../test/held.ts';
import { lockDataDir } from './data-lock.ts';
import { processStartedAt } from './process-identity.ts';

test('a second process is refused with the pid of the first', async () => {
  const folder = await temporaryFolder();
  const first = await holdInChild(['lock', folder]);
  await expect(lockDataDir(folder)).rejects.toMatchObject({
    code: 'DATA_DIR_IN_USE',
    message: expect.stringContaining(`pid ${first.pid}`),
  });
});

test('the same process is refused a second time until it has released the folder, and leaves no file behind', async () => {
  const folder = await temporaryFolder();
  const lock = await lockDataDir(folder);
  await expect(lockDataDir(folder)).rejects.toMatchObject({ code: 'DATA_DIR_IN_USE', message: expect.stringContaining('this process') });
  await lock.release();
  await (await lockDataDir(folder)).release();
  expect(await readdir(folder)).toEqual([]);
});

test('the lock of a process that was killed is taken over', async () => {
  const folder = await temporaryFolder();
  const first = await holdInChild(['lock', folder]);
  await first.kill();
  await expect(lockDataDir(folder)).resolves.toBeDefined();
});

test.each([
  ['a pid that now belongs to another process', { pid: process.pid, startedAt: 'another boot/1' }],
  ['a pid that belongs to nobody', { pid: 2 ** 22 + 1, startedAt: 'another boot/1' }],
  ['something that is no lock', 'half a fi'],
])('%s does not hold the folder', async (_, content) => {
  const folder = await temporaryFolder();
  await writeFile(join(folder, 'owner.lock'), typeof content === 'string' ? content : JSON.stringify(content));
  await expect(lockDataDir(folder)).resolves.toBeDefined();
});

test('exactly one of several processes that find a stale lock at the same time gets the folder', async () => {
  const folder = await temporaryFolder();
  await writeFile(join(folder, 'owner.lock'), JSON.stringify({ pid: process.pid, startedAt: 'another boot/1' }));
  const all = await Promise.all(Array.from({ length: 4 }, () => holdInChild(['lock', folder])));
  expect(all.filter(({ answer }) => answer.ok)).toHaveLength(1);
  expect(all.flatMap(({ answer }) => (answer.ok ? [] : [answer.code]))).toEqual(Array.from({ length: 3 }, () => 'DATA_DIR_IN_USE'));
});

test('releasing a folder that another process took over leaves its lock alone', async () => {
  const folder = await temporaryFolder();
  const lock = await lockDataDir(folder);
  await writeFile(join(folder, 'owner.lock'), JSON.stringify({ pid: 1, startedAt: await processStartedAt(1) }));
  await lock.release();
  await expect(lockDataDir(folder)).rejects.toMatchObject({ code: 'DATA_DIR_IN_USE' });
});

test('a path that leads through a file is refused with a sentence', async () => {
  const folder = await temporaryFolder();
  await writeFile(join(folder, 'file'), '');
  await expect(lockDataDir(join(folder, 'file', 'data'))).rejects.toMatchObject({
    code: 'DATA_DIR_UNUSABLE',
    message: expect.stringContaining('a file of that name'),
  });
});
