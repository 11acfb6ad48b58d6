import { randomUUID } from 'node:crypto';
import { connect } from '@typelane/db';
import { connectRedis, createLog, createQueue, type Log } from '@typelane/runtime';
import { waitUntil } from '@typelane/testkit';
import { afterAll, expect, inject, test } from 'vitest';
import { watchIngest } from '../src/ingest-watch.ts';
import { startTestApi } from './support/api.ts';

const api = await startTestApi();
afterAll(() => api.stop());

test('a process that can serve requests is alive and ready', async () => {
  for (const path of ['/livez', '/readyz'])
    expect(await api.ask('GET', path, { token: null })).toMatchObject({ status: 200, body: { status: 'ok' } });
});

test('without PostgreSQL it is alive and not ready', async () => {
  const database = connect('postgres://nobody@127.0.0.1:1/none', { connectionsMax: 1 });
  const broken = await startTestApi({ database });
  try {
    expect((await broken.ask('GET', '/livez', { token: null })).status).toBe(200);
    const answer = await broken.ask('GET', '/readyz', { token: null });
    expect(answer).toMatchObject({
      status: 503,
      body: { error: 'Service Unavailable', code: 'NOT_READY', message: ['PostgreSQL does not answer'] },
    });
    expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0);
  } finally {
    await broken.stop();
    await database.close();
  }
});

test('without Redis it is not ready, and says so within its time limit', async () => {
  const redis = connectRedis('redis://127.0.0.1:1');
  redis.on('error', () => {});
  const broken = await startTestApi({ redis });
  try {
    expect((await broken.ask('GET', '/readyz', { token: null })).body.message).toEqual(['Redis does not answer']);
  } finally {
    redis.disconnect();
    await broken.stop();
  }
});

test('on a database that was never migrated, or not to the newest, it is not ready', async () => {
  const database = connect(inject('databaseUrl'), { connectionsMax: 1 });
  const broken = await startTestApi({ database });
  const late = await startTestApi();
  const sentence = 'The database is older than this release: run `npm run migrate`';
  try {
    expect((await broken.ask('GET', '/readyz', { token: null })).body.message).toEqual([sentence]);
    await late.database.sql`update drizzle.__drizzle_migrations set created_at = created_at - 1`;
    expect((await late.ask('GET', '/readyz', { token: null })).body.message).toEqual([sentence]);
    await late.database.sql`update drizzle.__drizzle_migrations set created_at = created_at + 1000`;
    expect((await late.ask('GET', '/readyz', { token: null })).status).toBe(200);
  } finally {
    await broken.stop();
    await late.stop();
    await database.close();
  }
});

test('a process that is about to stop is alive and not ready, and still serves', async () => {
  const stopping = await startTestApi({ isDraining: () => true });
  try {
    expect((await stopping.ask('GET', '/livez', { token: null })).status).toBe(200);
    expect((await stopping.ask('GET', '/readyz', { token: null })).body).toMatchObject({
      code: 'NOT_READY',
      message: [expect.stringContaining('about to stop')],
    });
    expect((await stopping.ask('GET', '/api/v2/admin/business')).status).toBe(200);
  } finally {
    await stopping.stop();
  }
});

test('a queue whose oldest event nobody takes makes it not ready, by name; an empty, paused or moving one does not', async () => {
  const redis = connectRedis(inject('redisUrl'));
  const prefix = `test-${randomUUID()}`;
  const silent: Log = createLog('silent');
  const queue = createQueue('inbound-1', redis, prefix);
  const ingestWatch = watchIngest(redis, { prefix, partitions: 2, afterMs: 100, log: silent });
  const watching = await startTestApi({ ingestWatch });
  const ask = () => watching.ask('GET', '/readyz', { token: null });
  const stalled = async () => (await ask()).status === 503;
  try {
    expect((await ask()).status).toBe(200);
    for (let n = 0; n < 3; n += 1) await queue.add('message', { n });
    await waitUntil(stalled, { what: 'the stall to be told' });
    expect((await ask()).body).toMatchObject({
      code: 'NOT_READY',
      message: [expect.stringMatching(/^No worker has taken an event from the queue inbound-1 for \d+ s$/)],
    });
    await queue.pause();
    expect((await ask()).status).toBe(200);
    await queue.resume();
    await waitUntil(stalled, { what: 'the stall to be told again' });
    // What waits behind the oldest job is a backlog that moves.
    await redis.rpop(`${prefix}:inbound-1:wait`);
    expect((await ask()).status).toBe(200);
  } finally {
    ingestWatch.stop();
    await watching.stop();
    await queue.obliterate({ force: true });
    await queue.close();
    redis.disconnect();
  }
});
