import { chmod, chown, mkdir, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { temporaryFolder } from '../../test/held.ts';
import { canReach, choosePlace } from './place.ts';

const isRoot = process.getuid?.() === 0;
const nobody = { uid: 65534, gid: 65534 };

test.runIf(isRoot).each([
  ['open to all', 0o711, 0, 0, true],
  ['closed to others', 0o710, 0, 0, false],
  ['open to its group', 0o710, 0, 65534, true],
  ['closed to its group though open to others', 0o701, 0, 65534, false],
  ['its own', 0o700, 65534, 0, true],
])('an account reaches a folder below one that is %s: %o, owner %i, group %i: %s', async (_, mode, uid, gid, expected) => {
  const parent = join(await temporaryFolder(), 'parent');
  await mkdir(parent);
  await chown(parent, uid, gid);
  await chmod(parent, mode);
  expect(await canReach(nobody, join(parent, 'not', 'there', 'yet'))).toBe(expected);
});

test.skipIf(isRoot)('an ordinary user keeps the cluster in the data folder', async () => {
  const dataDir = await temporaryFolder();
  expect(await choosePlace(dataDir)).toEqual({ folder: join(dataDir, 'postgres'), account: null, notice: null });
});

test.runIf(isRoot)('root runs the server as nobody in the data folder, whatever the umask says about folders it creates', async () => {
  const dataDir = join(await temporaryFolder(), 'a', 'b');
  const before = process.umask(0o077);
  onTestFinished(() => void process.umask(before));
  expect(await choosePlace(dataDir)).toEqual({ folder: join(dataDir, 'postgres'), account: nobody, notice: null });
});

test.runIf(isRoot)('a data folder out of reach is exchanged for one below /var/lib, always the same, and the log says so', async () => {
  const closed = await temporaryFolder();
  await chmod(closed, 0o700);
  const dataDir = join(closed, 'data');
  const place = await choosePlace(dataDir);
  expect(place).toMatchObject({ folder: expect.stringMatching(/^\/var\/lib\/typelane\/[0-9a-f]{16}$/), account: nobody });
  expect(place.notice).toContain(place.folder);
  expect(await choosePlace(dataDir)).toEqual(place);
  expect(await choosePlace(`${dataDir}-other`)).not.toMatchObject({ folder: place.folder });
  await expect(stat(place.folder)).rejects.toMatchObject({ code: 'ENOENT' });
});

test.runIf(isRoot)('a new data folder that only root may enter is opened for passage, and the log says so', async () => {
  const dataDir = await temporaryFolder();
  await chmod(dataDir, 0o700);
  await writeFile(join(dataDir, 'owner.lock'), '');
  expect(await choosePlace(dataDir)).toEqual({
    folder: join(dataDir, 'postgres'),
    account: nobody,
    notice: expect.stringContaining(`pass through ${dataDir}`),
  });
  expect((await stat(dataDir)).mode & 0o777).toBe(0o711);
});

test.runIf(isRoot)('a closed folder that holds something else stays closed', async () => {
  const dataDir = await temporaryFolder();
  await chmod(dataDir, 0o700);
  await writeFile(join(dataDir, 'diary'), '');
  expect((await choosePlace(dataDir)).folder).toContain('/var/lib/typelane/');
  expect((await stat(dataDir)).mode & 0o777).toBe(0o700);
});

test.runIf(isRoot)('a cluster stays where it is and runs as its owner', async () => {
  const dataDir = await temporaryFolder();
  const cluster = join(dataDir, 'postgres', 'cluster');
  await mkdir(cluster, { recursive: true });
  await chown(cluster, 1234, 1234);
  expect(await choosePlace(dataDir)).toMatchObject({ folder: join(dataDir, 'postgres'), account: { uid: 1234, gid: 1234 } });
  await chmod(dataDir, 0o700);
  await expect(choosePlace(dataDir)).rejects.toMatchObject({ code: 'DATA_DIR_UNUSABLE', message: expect.stringContaining('uid 1234') });
  await rm(cluster, { recursive: true });
});
