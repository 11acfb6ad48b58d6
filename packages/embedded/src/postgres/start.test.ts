import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, chown, mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import postgres from 'postgres';
import { expect, onTestFinished, test } from 'vitest';
import { holdInChild, temporaryFolder } from '../../test/held.ts';
import { freePort } from '../free-port.ts';
import { processStartedAt } from '../process-identity.ts';
import { findBinaries } from './binaries.ts';
import { createCluster } from './cluster.ts';
import { choosePlace } from './place.ts';
import { startPostgres } from './start.ts';
import type { EmbeddedPostgres, StartPostgresOptions } from './start.ts';

const isRoot = process.getuid?.() === 0;
const nobody = { uid: 65534, gid: 65534 };
const installed15 = await findBinaries(15, isRoot ? nobody : null).catch(() => null);

async function started(options: StartPostgresOptions): Promise<EmbeddedPostgres> {
  const server = await startPostgres({ durable: false, ...options });
  onTestFinished(() => server.stop());
  return server;
}

async function query<Row>(url: string, text: string): Promise<Row[]> {
  const sql = postgres(url, { max: 1, onnotice: () => undefined });
  try {
    return [...(await sql.unsafe<Row[] & object[]>(text))];
  } finally {
    await sql.end();
  }
}

test('what was written is there after a stop and a start, also with all safety on', async () => {
  const dataDir = await temporaryFolder();
  const first = await started({ dataDir, durable: true });
  await query(first.url, `create table kept (word text); insert into kept values ('Olá')`);
  await first.stop();
  expect(await processStartedAt(first.pid)).toBeNull();
  const second = await started({ dataDir, durable: true });
  expect(await query(second.url, 'select upper(word) as word from kept')).toEqual([{ word: 'OLÁ' }]);
  expect(
    await query(second.url, `select name, setting from pg_settings where name in ('fsync', 'full_page_writes') order by name`),
  ).toEqual([
    { name: 'fsync', setting: 'on' },
    { name: 'full_page_writes', setting: 'on' },
  ]);
});

test('an application that was killed takes its server with it, and the next one finds the data', async () => {
  const dataDir = await temporaryFolder();
  const owner = await holdInChild(['postgres', dataDir]);
  if (!owner.answer.ok) throw new Error(owner.answer.message);
  const { url, pid } = owner.answer;
  await query(url, 'create table kept as select 7 as number');
  await owner.kill();
  await expect.poll(() => processStartedAt(pid), { timeout: 20_000 }).toBeNull();
  const next = await started({ dataDir });
  expect(await query(next.url, 'select number from kept')).toEqual([{ number: 7 }]);
});

test('a start right after the application was killed does not trip over the server that is still ending', async () => {
  const dataDir = await temporaryFolder();
  const owner = await holdInChild(['postgres', dataDir]);
  await owner.kill();
  const next = await started({ dataDir });
  expect(await query(next.url, 'select 1 as one')).toEqual([{ one: 1 }]);
});

test('a server that was left running is stopped before the next one starts', async () => {
  const dataDir = await temporaryFolder();
  const lines: string[] = [];
  const first = await started({ dataDir });
  await first.stop();
  const leftover = await startUnwatched(dataDir);
  const next = await started({ dataDir, log: (line) => lines.push(line) });
  expect(await processStartedAt(leftover)).toBeNull();
  expect(lines.join('\n')).toContain(`pid ${leftover}) was left running`);
  expect(await query(next.url, 'select 1 as one')).toEqual([{ one: 1 }]);
});

test('a pid file whose pid now belongs to another program neither stops the start nor that program', async () => {
  const dataDir = await temporaryFolder();
  const first = await started({ dataDir });
  await first.stop();
  // PostgreSQL believes a pid file when the process may be signalled by its own account, so the other program runs as that account.
  const { account } = await choosePlace(dataDir);
  const other = spawn('sleep', ['60'], { stdio: 'ignore', ...account });
  onTestFinished(() => void other.kill());
  await once(other, 'spawn');
  const pidFile = join(first.folder, 'cluster', 'postmaster.pid');
  await writeFile(pidFile, `${other.pid}\n${join(first.folder, 'cluster')}\n0\n0\n\n127.0.0.1\n0 0\nready\n`);
  if (account !== null) await chown(pidFile, account.uid, account.gid);
  await started({ dataDir });
  expect(await processStartedAt(other.pid ?? 0)).not.toBeNull();
});

test('Ctrl-C in the terminal reaches only the application, which may finish its work on the database', async () => {
  const owner = await holdInChild(['postgres', await temporaryFolder()]);
  if (!owner.answer.ok) throw new Error(owner.answer.message);
  process.kill(-owner.pid, 'SIGINT');
  expect(await query(owner.answer.url, 'select 1 as one')).toEqual([{ one: 1 }]);
});

test('the application is told once when the server ends by itself, and can start it again', async () => {
  const dataDir = await temporaryFolder();
  const told = Promise.withResolvers<string>();
  const server = await started({ dataDir, onExit: told.resolve });
  process.kill(server.pid, 'SIGKILL');
  expect(await told.promise).toContain(`PostgreSQL (pid ${server.pid}) ended by itself with signal SIGKILL`);
  const again = await started({ dataDir });
  expect(await query(again.url, 'select 1 as one')).toEqual([{ one: 1 }]);
});

test('a stop that was asked for is not reported, and ends open connections', async () => {
  let reports = 0;
  const server = await started({ dataDir: await temporaryFolder(), onExit: () => (reports += 1) });
  const sql = postgres(server.url, { max: 1 });
  const busy = sql`select pg_sleep(60)`.catch((thrown: unknown) => String(thrown));
  await expect.poll(() => query(server.adminUrl, `select 1 from pg_stat_activity where query like 'select pg_sleep%'`)).toHaveLength(1);
  await Promise.all([server.stop(), server.stop()]);
  expect(await busy).toMatch(/terminating connection|CONNECTION_CLOSED/);
  expect(reports).toBe(0);
  await sql.end({ timeout: 0 });
});

test('a second process on the same data folder is refused while the first runs', async () => {
  const dataDir = await temporaryFolder();
  await started({ dataDir });
  const second = await holdInChild(['postgres', dataDir]);
  expect(second.answer).toMatchObject({ ok: false, code: 'DATA_DIR_IN_USE', message: expect.stringContaining(`pid ${process.pid}`) });
});

test('nobody gets in without the password or from outside of the machine', async () => {
  const server = await started({ dataDir: await temporaryFolder() });
  const { port } = new URL(server.url);
  await expect(query(`postgres://typelane:guess@127.0.0.1:${port}/typelane`, 'select 1')).rejects.toThrow('password authentication failed');
  expect((await stat(join(server.folder, 'password'))).mode & 0o777).toBe(0o600);
  const outside = Object.values(networkInterfaces())
    .flat()
    .find((address) => address?.family === 'IPv4' && !address.internal);
  if (outside === undefined) return;
  const attempt = connect(Number(port), outside.address);
  await expect(once(attempt, 'connect')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
});

test('a data folder of a version that this machine does not have is refused with both versions', async () => {
  const dataDir = await temporaryFolder();
  const first = await started({ dataDir });
  await first.stop();
  await writeFile(join(first.folder, 'cluster', 'PG_VERSION'), '9\n');
  await expect(startPostgres({ dataDir })).rejects.toMatchObject({
    code: 'POSTGRES_VERSION',
    message: expect.stringMatching(/written by PostgreSQL 9, but this machine has PostgreSQL \d+/),
  });
});

test.skipIf(installed15 === null)('a data folder of an older version that is installed is served by that version', async () => {
  if (installed15 === null) return;
  const dataDir = await temporaryFolder();
  const place = await choosePlace(dataDir);
  await mkdir(place.folder, { mode: 0o711 });
  await createCluster(place, installed15);
  const server = await started({ dataDir });
  expect(await query(server.url, `select current_setting('server_version_num')::int / 10000 as major, upper('olá') as word`)).toEqual([
    { major: 15, word: 'OLÁ' },
  ]);
});

test('a first start that was interrupted while the cluster was made is begun again', async () => {
  const dataDir = await temporaryFolder();
  await mkdir(join(dataDir, 'postgres', 'cluster.new'), { recursive: true });
  await chmod(join(dataDir, 'postgres'), 0o711);
  await writeFile(join(dataDir, 'postgres', 'cluster.new', 'PG_VERSION'), '18\n');
  const server = await started({ dataDir });
  expect(await query(server.url, 'select 1 as one')).toEqual([{ one: 1 }]);
});

test('a cluster without its password is refused with a way out', async () => {
  const dataDir = await temporaryFolder();
  const first = await started({ dataDir });
  await first.stop();
  await writeFile(join(first.folder, 'password'), 'another');
  await expect(startPostgres({ dataDir })).rejects.toMatchObject({ message: expect.stringContaining('password authentication failed') });
  await rm(join(first.folder, 'password'));
  await expect(startPostgres({ dataDir })).rejects.toMatchObject({ message: expect.stringContaining('Put the file back') });
});

test('a damaged cluster is refused with the last lines of the log', async () => {
  const dataDir = await temporaryFolder();
  const first = await started({ dataDir });
  await first.stop();
  await writeFile(join(first.folder, 'cluster', 'postgresql.conf'), 'no such setting');
  await expect(startPostgres({ dataDir })).rejects.toMatchObject({
    code: 'POSTGRES_FAILED',
    message: expect.stringContaining('syntax error'),
  });
  expect(await readFile(join(first.folder, 'postgres.log'), 'utf8')).toContain('syntax error');
});

test('a folder that may not be written is refused with a sentence', async () => {
  const dataDir = await temporaryFolder();
  await chmod(dataDir, 0o555);
  const answer = isRoot ? await refusalAs(nobody, dataDir) : await refusalOf(dataDir);
  expect(answer).toMatchObject({ code: 'DATA_DIR_UNUSABLE', message: expect.stringContaining('no permission') });
});

test.runIf(isRoot)('a server started by an ordinary user runs as that user', async () => {
  const dataDir = await temporaryFolder();
  await chown(dataDir, nobody.uid, nobody.gid);
  const owner = await holdInChild(['postgres', dataDir], nobody);
  if (!owner.answer.ok) throw new Error(owner.answer.message);
  expect((await stat(`/proc/${owner.answer.pid}`)).uid).toBe(nobody.uid);
});

async function refusalAs(account: { uid: number; gid: number }, dataDir: string): Promise<unknown> {
  return (await holdInChild(['postgres', dataDir], account)).answer;
}

async function refusalOf(dataDir: string): Promise<unknown> {
  return startPostgres({ dataDir }).then(
    () => null,
    (thrown: unknown) => thrown,
  );
}

/** A server on the data folder that no process of ours watches over, as a killed watchdog would leave it. Returns its pid. */
async function startUnwatched(dataDir: string): Promise<number> {
  const { folder, account } = await choosePlace(dataDir);
  const cluster = join(folder, 'cluster');
  const { postgres: program } = await findBinaries(null, account);
  const port = await freePort();
  const child = spawn(program, ['-D', cluster, '-c', `port=${port}`, '-c', 'unix_socket_directories='], { stdio: 'ignore', ...account });
  onTestFinished(() => void child.kill('SIGKILL'));
  await expect.poll(() => readFile(join(cluster, 'postmaster.pid'), 'utf8').catch(() => '')).toContain('ready');
  return child.pid ?? 0;
}
