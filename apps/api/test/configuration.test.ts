import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startRedis, temporaryDataDir } from '@typelane/embedded';
import { databaseForTest } from '@typelane/testkit/vitest';
import { Redis } from 'ioredis';
import { afterAll, expect, inject, test } from 'vitest';

/** Wrong configuration ends a process with exit code 2 and a sentence that names the variable. */
const database = await databaseForTest();
const folder = await temporaryDataDir('typelane-configuration-');
const redis = await startRedis({ dataDir: folder, durable: false, onExit: () => {} });
const file = join(folder, 'a-file');
await writeFile(file, '');
const taken = createServer().listen(0, '127.0.0.1');
await once(taken, 'listening');
const takenPort = (taken.address() as { port: number }).port;
afterAll(async () => {
  taken.close();
  await redis.stop();
  await database.drop();
  await rm(folder, { recursive: true, force: true });
});

const right = {
  PATH: process.env['PATH'] ?? '',
  DATABASE_URL: database.url,
  REDIS_URL: redis.url,
  PORT: '0',
  DRAIN_DELAY_MS: '0',
  OPERATOR_TOKEN: 'operator-token-of-the-tests',
  SECRET_KEY: '4d1f0a9be27c83566f5e2d1c0b9a8877',
  DATA_DIR: folder,
};

type App = 'api' | 'worker';

/** Its exit code and what it wrote, when it ends by itself; it is told to stop once it has started. */
async function run(app: App, env: Record<string, string | undefined>): Promise<{ code: number | null; output: string; errors: string }> {
  const main = fileURLToPath(new URL(`../../${app}/src/main.ts`, import.meta.url));
  const child = spawn(process.execPath, [main], { env: { ...right, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
  let [output, errors] = ['', ''];
  child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()));
  child.stdout.on('data', (chunk: Buffer) => {
    output += chunk.toString();
    if (output.includes(`"${app}.started"`)) child.kill('SIGTERM');
  });
  await once(child, 'close');
  return { code: child.exitCode, output, errors };
}

test.each<[string, App, Record<string, string>, RegExp]>([
  ['a host of another machine', 'api', { HOST: '192.0.2.1' }, /^HOST must be an address of this machine, but got "192\.0\.2\.1"\n$/],
  ['a host that is no name', 'api', { HOST: 'no such host' }, /^HOST must be an address of this machine, but got "no such host"\n$/],
  [
    'a port in use',
    'api',
    { PORT: String(takenPort) },
    new RegExp(`^PORT must be a free port, but another program listens on ${takenPort}\\n$`),
  ],
  ['a file for media', 'api', { MEDIA_DIR: file }, /^MEDIA_DIR must be a folder that can be written, but got .*a-file: .* is a file\n$/],
  ['a folder in a file', 'worker', { MEDIA_DIR: join(file, 'media') }, /^MEDIA_DIR must be a folder .* is a file\n$/],
  [
    'a database that is away',
    'api',
    { DATABASE_URL: 'postgres://nobody@127.0.0.1:1/none' },
    /^DATABASE_URL must name a PostgreSQL database that answers, but got: .*ECONNREFUSED.*\n$/,
  ],
  [
    'a database without migrations',
    'api',
    { DATABASE_URL: inject('databaseUrl') },
    /^DATABASE_URL must name a database with the newest schema, .*: run `npm run migrate`\n$/,
  ],
  [
    'a wrong password',
    'worker',
    { REDIS_URL: redis.url.replace(/:[^:@]*@/, ':wrong@') },
    /^REDIS_URL must contain credentials that the server accepts, but got: WRONGPASS.*\n$/,
  ],
  ['an unknown log level', 'api', { LOG_LEVEL: 'loud' }, /^LOG_LEVEL must be `fatal` or .*`silent`, but got "loud"\n$/],
  [
    'a bad allow-list',
    'worker',
    { EGRESS_ALLOW: 'a:1,typebot.lan' },
    /^EGRESS_ALLOW must be `host:port`, .* \("typebot\.lan" is not\), but got "a:1,typebot\.lan"\n$/,
  ],
  [
    'a short key',
    'worker',
    { SECRET_KEY: 'short' },
    /^SECRET_KEY must be text of at least 32 characters, but got 5 characters that are not shown\n$/,
  ],
])('%s is refused by the %s', async (_, app, env, sentence) => {
  const { code, errors } = await run(app, env);
  expect(errors).toMatch(sentence);
  expect(code).toBe(2);
});

test.each<App>(['api', 'worker'])('a Redis that evicts keys is refused by the %s', async (app) => {
  const admin = new Redis(redis.url);
  await admin.config('SET', 'maxmemory-policy', 'allkeys-lru');
  try {
    const { code, errors } = await run(app, {});
    expect(errors).toMatch(/^REDIS_URL must name a Redis with `maxmemory-policy noeviction`, but got allkeys-lru: .*\n$/);
    expect(code).toBe(2);
  } finally {
    await admin.config('SET', 'maxmemory-policy', 'noeviction');
    admin.disconnect();
  }
});

test.each<App>(['api', 'worker'])('a Redis without an append-only file is warned of by the %s, which starts', async (app) => {
  const { code, output } = await run(app, {});
  expect(output).toContain('has no append-only file');
  expect(code).toBe(0);
});
