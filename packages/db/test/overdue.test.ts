import { expect, test } from 'vitest';
import {
  acknowledge,
  firstId,
  clearLooks,
  forgottenChats,
  markRedispatched,
  ingest,
  postponeLooks,
  postponeSweep,
  touch,
  unacknowledged,
} from '../src/index.ts';
import { arrival, commitOne, newChat, newReply, stepOf, type TestChat, useDatabase } from './rows.ts';

/** What the sweep finds, and what it leaves alone. */
const database = useDatabase();

const anHour = 3_600_000;

async function forgotten(limit = 100, after: string = firstId): Promise<string[]> {
  return (await forgottenChats(database.current.sql, anHour, limit, after)).map(({ conversationId }) => conversationId);
}

async function chatsUntouched(count: number): Promise<TestChat[]> {
  const { sql } = database.current;
  const chats = Array.from({ length: count }, newChat);
  await ingest(
    sql,
    chats.map((chat) => arrival(chat, 'a')),
  );
  await sql`update conversations set updated_at = now() - interval '2 hours' where conversation_id = any(${chats.map(({ id }) => id)}::uuid[])`;
  return chats;
}

test('a walk by ids finds each forgotten chat once, and one that is touched or rests not before its time', async () => {
  const { sql } = database.current;
  const ids = (await chatsUntouched(5)).map(({ id }) => id).toSorted();
  expect(await forgotten(2)).toEqual(ids.slice(0, 2));
  expect(await forgotten(2, ids[1])).toEqual(ids.slice(2, 4));
  expect(await forgotten(2, ids[3])).toEqual(ids.slice(4));
  const [touched = '', resting = '', wanted = '', ...others] = ids;
  await touch(sql, [touched]);
  await postponeSweep(sql, [
    { conversationId: resting, restMs: 1_000 },
    { conversationId: wanted, restMs: -2 * anHour },
  ]);
  expect(await forgotten()).toEqual([wanted, ...others]);
  await touch(sql, [wanted, ...others]);
});

test('a reply that is on its way is looked for again after as long as it has waited, or when Redis was lost', async () => {
  const { sql } = database.current;
  const [chat] = await chatsUntouched(1);
  const { replyId } = newReply();
  await commitOne(database.current, stepOf(chat?.id ?? '', { reply: { replyId } }));
  const found = async () => (await unacknowledged(sql, anHour, 10)).map((reply) => [reply.replyId, reply.isFirstLook]);
  const ago = (change: string) => sql`update outbox set ${sql.unsafe(change)} where reply_id = ${replyId}`;
  expect(await found()).toEqual([]);
  await ago("dispatched_at = now() - interval '2 hours'");
  expect(await found()).toEqual([[replyId, true]]);
  await postponeLooks(sql, [replyId]);
  expect(await found()).toEqual([]);
  await clearLooks(sql);
  expect(await found()).toEqual([[replyId, true]]);
  await postponeLooks(sql, [replyId]);
  await ago("look_at = look_at - interval '2 hours'");
  expect(await found()).toEqual([[replyId, false]]);
  await markRedispatched(sql, [replyId]);
  expect(await found()).toEqual([]);
  await ago("dispatched_at = now() - interval '2 hours'");
  await acknowledge(sql, [{ replyId, keyIds: [], failure: null }]);
  expect(await found()).toEqual([]);
});

test('what the sweep reads can be read by an index, in its order', async () => {
  await database.current.sql.begin(async (sql) => {
    // These tables are small: only what has to be read or sorted otherwise still is.
    for (const way of ['seqscan', 'bitmapscan', 'sort']) await sql.unsafe(`set local enable_${way} = off`);
    const plans = {
      outbox_in_flight: await sql`
        explain select reply_id from outbox where dispatched_at is not null and acked_at is null
          and coalesce(look_at, dispatched_at) < statement_timestamp() order by coalesce(look_at, dispatched_at) limit 5`,
      conversations_with_work: await sql`
        explain select conversation_id from conversations where in_seq > handled_seq and conversation_id > ${firstId}
        order by conversation_id limit 5`,
      media_expiring: await sql`
        explain select media_id from media where expires_at <= statement_timestamp() and (expires_at, media_id) > ('-infinity', ${firstId}::uuid)
        order by expires_at, media_id limit 5`,
    };
    for (const [index, rows] of Object.entries(plans)) {
      const plan = rows.map((row) => row['QUERY PLAN'] as string).join('\n');
      expect(plan).toContain(`using ${index}`);
      expect(plan).not.toContain('Sort');
    }
  });
});
