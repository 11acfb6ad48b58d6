import { execFile } from 'node:child_process';
import { chmod, mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, onTestFinished, test } from 'vitest';
import { temporaryFolder } from '../../test/held.ts';
import { copyToTemporary } from './packaged-binaries.ts';

const run = promisify(execFile);

/** A package with the files that matter, and the temporary folder that copies of it go to. */
async function fakePackage(): Promise<{ folder: string; temporary: string }> {
  const folder = await temporaryFolder();
  const temporary = await temporaryFolder();
  await mkdir(join(folder, 'native', 'lib'), { recursive: true });
  await writeFile(join(folder, 'package.json'), '{}');
  await writeFile(join(folder, 'native', 'lib', 'libone.so.1.2'), 'library');
  const links = [{ source: 'native/lib/libone.so.1.2', target: 'native/lib/libone.so.1' }];
  await writeFile(join(folder, 'native', 'pg-symlinks.json'), JSON.stringify(links));
  const before = process.env['TMPDIR'];
  process.env['TMPDIR'] = temporary;
  onTestFinished(() => {
    if (before === undefined) delete process.env['TMPDIR'];
    else process.env['TMPDIR'] = before;
  });
  return { folder, temporary };
}

test('the copy has the library links that the package only lists, and is used again', async () => {
  const { folder, temporary } = await fakePackage();
  const copy = await copyToTemporary(folder);
  expect((await run('cat', [join(copy, 'native', 'lib', 'libone.so.1')])).stdout).toBe('library');
  expect(await copyToTemporary(folder)).toBe(copy);
  expect(await readdir(temporary)).toHaveLength(1);
});

test('several processes that copy at the same time end with one whole copy', async () => {
  const { folder, temporary } = await fakePackage();
  const copies = await Promise.all(Array.from({ length: 5 }, () => copyToTemporary(folder)));
  expect(new Set(copies).size).toBe(1);
  expect(await readdir(temporary)).toHaveLength(1);
});

test('a copy that lost a file to the cleaner of temporary folders is made again', async () => {
  const { folder } = await fakePackage();
  const copy = await copyToTemporary(folder);
  await rm(join(copy, 'native', 'lib', 'libone.so.1.2'));
  await copyToTemporary(folder);
  expect(await readdir(join(copy, 'native', 'lib'))).toContain('libone.so.1.2');
});

test('a copy that others may write to is not run', async () => {
  const { folder } = await fakePackage();
  const copy = await copyToTemporary(folder);
  await chmod(copy, 0o777);
  await expect(copyToTemporary(folder)).rejects.toThrow('may be written by others');
});

test('a list of links that points outside of the package is refused', async () => {
  const { folder } = await fakePackage();
  await writeFile(join(folder, 'native', 'pg-symlinks.json'), JSON.stringify([{ source: '../../etc/passwd', target: 'native/lib/x' }]));
  await expect(copyToTemporary(folder)).rejects.toThrow('outside');
});
