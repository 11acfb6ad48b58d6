import { connect } from '@typelane/db';
import { connectRedis } from '@typelane/runtime';
import { afterAll, expect, inject, test } from 'vitest';
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
      body: { error: 'Service Unavailable', code: 'NOT_READY', message: ['Expected PostgreSQL to answer, got no answer'] },
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
    expect((await broken.ask('GET', '/readyz', { token: null })).body.message).toEqual(['Expected Redis to answer, got no answer']);
  } finally {
    redis.disconnect();
    await broken.stop();
  }
});

test('on a database that was never migrated, or not to the newest, it is not ready', async () => {
  const database = connect(inject('databaseUrl'), { connectionsMax: 1 });
  const broken = await startTestApi({ database });
  const late = await startTestApi();
  const sentence = 'Expected the newest migration, got an older database: run `npm run migrate`';
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
