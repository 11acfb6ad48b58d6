/**
 * What most people write first, to measure against: one BullMQ worker, one SELECT, one call with got, one UPDATE, one add. It
 * keeps no order, knows no duplicates and has no outbox. Started by the benchmark.
 */
import { Queue, Worker } from 'bullmq';
import got from 'got';
import { Agent } from 'node:http';
import { Redis } from 'ioredis';
import postgres from 'postgres';
import type { InboundEvent } from '@typelane/core';

const { DATABASE_URL = '', REDIS_URL = '', QUEUE_PREFIX: prefix = '', TYPEBOT_URL = '' } = process.env;
const sql = postgres(DATABASE_URL, { max: 10 });
const connection = new Redis(REDIS_URL, { maxRetriesPerRequest: null });
const outbound = new Queue('outbound', { connection, prefix });
const client = got.extend({ agent: { http: new Agent({ keepAlive: true }) }, retry: { limit: 0 }, responseType: 'json' });

await sql`create table if not exists naive_sessions (jid text primary key, session_id text not null, updated_at timestamptz not null default now())`;

const worker = new Worker<InboundEvent>(
  'inbound',
  async ({ data: { data } }) => {
    const jid = data.keyRemoteJid;
    const [session] = await sql<{ session_id: string }[]>`select session_id from naive_sessions where jid = ${jid}`;
    const body = session
      ? await ask(`sessions/${session.session_id}/continueChat`, { message: data.content['text'] })
      : await ask('typebots/echo/startChat', {});
    if (session) await sql`update naive_sessions set updated_at = now() where jid = ${jid}`;
    else await sql`insert into naive_sessions (jid, session_id) values (${jid}, ${body.sessionId}) on conflict do nothing`;
    const messages = body.messages.map(({ content }) => ({ type: 'text', text: content.richText[0]?.children[0]?.text }));
    await outbound.add('reply', { to: jid, messages }, { removeOnComplete: { age: 900 } });
  },
  { connection, prefix, concurrency: 200, removeOnComplete: { count: 0 } },
);
await worker.waitUntilReady();
console.log('ready 0');

type Body = { sessionId: string; messages: { content: { richText: { children: { text: string }[] }[] } }[] };

function ask(path: string, json: unknown): Promise<Body> {
  return client.post(`${TYPEBOT_URL}/api/v1/${path}`, { json }).json<Body>();
}
