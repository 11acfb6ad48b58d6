import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect as connectSocket } from 'node:net';
import { fileURLToPath } from 'node:url';
import { createLog, mediaEnv, readEnv } from '@typelane/runtime';
import { afterAll, expect, inject, test } from 'vitest';
import { startApi } from '../src/index.ts';
import { databaseForTest } from '@typelane/testkit/vitest';

const database = await databaseForTest();
afterAll(() => database.drop());

const main = fileURLToPath(new URL('../src/main.ts', import.meta.url));
const token = 'operator-token-of-the-tests';
const secretKey = '4d1f0a9be27c83566f5e2d1c0b9a8877';
/** Where files are kept is of no matter here: none comes. */
const files = readEnv(mediaEnv, { SECRET_KEY: secretKey });
const env = {
  DATABASE_URL: database.url,
  REDIS_URL: inject('redisUrl'),
  PORT: '0',
  DRAIN_DELAY_MS: '0',
  OPERATOR_TOKEN: token,
  SECRET_KEY: secretKey,
  PATH: process.env['PATH'],
};

test('the API serves on the port it took, until it is stopped', async () => {
  const options = {
    ...files,
    DATABASE_URL: database.url,
    REDIS_URL: inject('redisUrl'),
    PORT: 0,
    GATEWAY_PORT: 3_001,
    HOST: '127.0.0.1',
    DRAIN_DELAY_MS: 0,
    INBOUND_PARTITIONS: 1,
    QUEUE_PREFIX: 'server-test',
    EGRESS_ALLOW: [],
    OPERATOR_TOKEN: token,
    SECRET_KEY: secretKey,
  };
  const api = await startApi({ ...options, log: createLog('silent') });
  expect(api.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
  expect((await fetch(`${api.url}/readyz`)).status).toBe(200);
  expect((await fetch(`${api.url}/api/v2/admin/business`, { headers: { apikey: token } })).status).toBe(200);
  await Promise.all([api.stop(), api.stop()]);
  await expect(fetch(`${api.url}/livez`)).rejects.toThrow('fetch failed');
});

test('a port that is taken makes the start fail, and nothing is left open', async () => {
  const options = {
    ...files,
    DATABASE_URL: database.url,
    REDIS_URL: inject('redisUrl'),
    PORT: 0,
    GATEWAY_PORT: 3_001,
    HOST: '127.0.0.1',
    DRAIN_DELAY_MS: 0,
    INBOUND_PARTITIONS: 1,
    QUEUE_PREFIX: 'server-test',
    EGRESS_ALLOW: [],
    OPERATOR_TOKEN: token,
    SECRET_KEY: secretKey,
  };
  const api = await startApi({ ...options, log: createLog('silent') });
  await expect(startApi({ ...options, PORT: Number(new URL(api.url).port), log: createLog('silent') })).rejects.toThrow(
    'PORT must be a free port',
  );
  await api.stop();
});

test('what is no HTTP is answered in the shape of every error', async () => {
  const options = {
    ...files,
    DATABASE_URL: database.url,
    REDIS_URL: inject('redisUrl'),
    PORT: 0,
    GATEWAY_PORT: 3_001,
    HOST: '127.0.0.1',
    DRAIN_DELAY_MS: 0,
    INBOUND_PARTITIONS: 1,
    QUEUE_PREFIX: 'server-test',
    EGRESS_ALLOW: [],
    OPERATOR_TOKEN: token,
    SECRET_KEY: secretKey,
  };
  const api = await startApi({ ...options, log: createLog('silent') });
  try {
    const socket = connectSocket(Number(new URL(api.url).port), '127.0.0.1');
    socket.end('NONSENSE\r\n\r\n');
    let text = '';
    for await (const chunk of socket) text += String(chunk);
    expect(text).toMatch(/^HTTP\/1\.1 400 Bad Request\r\n/);
    expect(JSON.parse(text.slice(text.indexOf('\r\n\r\n')))).toEqual({
      statusCode: 400,
      error: 'Bad Request',
      message: [expect.stringMatching(/^This must be /)],
      code: 'INVALID_REQUEST',
    });
  } finally {
    await api.stop();
  }
});

test('as a process it starts with only its environment and ends with 0 when it is told to', async () => {
  const child = spawn(process.execPath, [main], { env });
  try {
    let output = '';
    child.stdout.on('data', (chunk) => (output += String(chunk)));
    child.stderr.on('data', (chunk) => (output += String(chunk)));
    await expect.poll(() => output, { timeout: 20_000 }).toContain('api.started');
    const { url } = JSON.parse(output.split('\n').find((line) => line.includes('api.started')) ?? '');
    expect((await fetch(`${url}/livez`)).status).toBe(200);
    expect(output).not.toContain(token);
  } finally {
    child.kill('SIGTERM');
  }
  const [code] = await once(child, 'exit');
  expect(code).toBe(0);
});

test('told to stop it is not ready at once, serves new connections meanwhile, and a second request ends it', async () => {
  const child = spawn(process.execPath, [main], { env: { ...env, DRAIN_DELAY_MS: '30000' } });
  const exited = once(child, 'exit');
  let output = '';
  child.stdout.on('data', (chunk) => (output += String(chunk)));
  try {
    await expect.poll(() => output, { timeout: 20_000 }).toContain('api.started');
    const { url } = JSON.parse(output.split('\n').find((line) => line.includes('api.started')) ?? '');
    child.kill('SIGTERM');
    await expect.poll(async () => (await fetch(`${url}/readyz`)).status, { timeout: 20_000 }).toBe(503);
    const served = await fetch(`${url}/api/v2/admin/business`, { headers: { apikey: token } });
    expect({ status: served.status, connection: served.headers.get('connection') }).toEqual({ status: 200, connection: 'close' });
    await expect.poll(() => (child.kill('SIGTERM'), child.exitCode), { timeout: 20_000 }).toBe(1);
  } finally {
    child.kill('SIGKILL');
    await exited;
  }
});

test.each(['OPERATOR_TOKEN', 'SECRET_KEY', 'DATABASE_URL', 'REDIS_URL'])(
  'without %s it ends with 2 and a sentence that names it',
  async (name) => {
    const child = spawn(process.execPath, [main], { env: { ...env, [name]: undefined } });
    let output = '';
    child.stderr.on('data', (chunk) => (output += String(chunk)));
    const [code] = await once(child, 'exit');
    expect(code).toBe(2);
    expect(output).toContain(`${name} is required`);
  },
);
