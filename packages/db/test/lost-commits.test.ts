import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { acknowledge, commit, type Commit, commitReplaying, commitRetracting, ingest, order } from '../src/index.ts';
import { arrival, commitOne, instanceId, newChat, newReply, stepOf, useDatabase, waitingIn } from './rows.ts';

/** A commit was written and its answer never came: whoever writes it again gets that answer, and nothing is done twice. */
const database = useDatabase();

test('commits that are written again together with others return what they returned, and the others are written', async () => {
  const { sql } = database.current;
  const chats = Array.from({ length: 50 }, newChat);
  await ingest(
    sql,
    chats.map((chat) => arrival(chat, 'a')),
  );
  const steps = chats.map(({ id }) => stepOf(id, { reply: newReply() }));
  const first = await commit(sql, steps.slice(0, 30));
  expect(await commit(sql, steps)).toEqual([...first, ...steps.slice(30).map(() => first[0])]);
  expect(await commit(sql, steps)).toEqual(steps.map(() => first[0]));
  const rows = await sql`select from turns where conversation_id = any(${chats.map(({ id }) => id)}::uuid[])`;
  expect(rows).toHaveLength(50);
});

test.each(['handed out', 'behind another', 'kept back by a pause', 'no reply'] as const)(
  'a commit that is written again returns what it returned: %s',
  async (which) => {
    const { sql } = database.current;
    const chat = newChat();
    const sessionId = randomUUID();
    await ingest(
      sql,
      ['a', 'b'].map((key) => arrival(chat, key)),
    );
    const before = which === 'behind another' ? { reply: newReply() } : {};
    await commitOne(database.current, stepOf(chat.id, { state: waitingIn(sessionId), ...before }));
    if (which === 'kept back by a pause') await order(sql, instanceId, chat.jid, { type: 'pause', sessionId, reason: 'operator' });
    const step = stepOf(chat.id, { version: 1, seq: 2, reply: which === 'no reply' ? null : newReply() });
    const first = await commitOne(database.current, step);
    expect(first).not.toBeNull();
    expect(await commitOne(database.current, step)).toEqual(first);
  },
);

test('of commits under one name that meet one is written, and all return the same', async () => {
  for (let round = 0; round < 20; round += 1) {
    const chat = newChat();
    await ingest(database.current.sql, [arrival(chat, 'a')]);
    const step = stepOf(chat.id, { reply: newReply() });
    const results = await Promise.all([1, 2, 3, 4].map(() => commitOne(database.current, step)));
    expect(results).toEqual(results.map(() => ({ version: 1, more: false, dispatchedSeq: 1, withheld: false })));
  }
});

test('a commit that comes late, behind the next one of its chat, writes nothing', async () => {
  const chat = newChat();
  await ingest(database.current.sql, [arrival(chat, 'a')]);
  const step = stepOf(chat.id, { final: null });
  await commitOne(database.current, step);
  await commitOne(database.current, stepOf(chat.id, { version: 1 }));
  expect(await commitOne(database.current, step)).toBeNull();
});

test('a step that takes back what was decided does not take back its own reply when it is written again', async () => {
  const { sql } = database.current;
  const chat = newChat();
  await ingest(
    sql,
    ['a', 'b', 'c'].map((key) => arrival(chat, key)),
  );
  const [first, last] = [newReply(), newReply()];
  await commitOne(database.current, stepOf(chat.id, { reply: first }));
  await commitOne(database.current, stepOf(chat.id, { version: 1, seq: 2, reply: newReply() }));
  const step: Commit = stepOf(chat.id, { version: 2, seq: 3, reply: last });
  const written = await commitRetracting(sql, step);
  expect(await commitRetracting(sql, step)).toEqual(written);
  expect(await acknowledge(sql, [{ ...first, keyIds: [], failure: null }])).toMatchObject([{ replyId: last.replyId, seq: 2 }]);
});

test('what a pause left is replayed once, however often its step is written', async () => {
  const { sql } = database.current;
  const chat = newChat();
  const sessionId = randomUUID();
  await ingest(
    sql,
    ['a', 'b'].map((key) => arrival(chat, key)),
  );
  const ignored = { type: 'ignored' as const, reason: 'paused' as const, sessionId, transcript: [] };
  await commitOne(database.current, stepOf(chat.id, { final: ignored }));
  const step = stepOf(chat.id, { version: 1, seq: 2, state: waitingIn(sessionId) });
  const written = await commitReplaying(sql, step, sessionId);
  expect(await commitReplaying(sql, step, sessionId)).toEqual(written);
  const rows = await sql`select key_id from inbox where conversation_id = ${chat.id} order by seq`;
  expect(rows.map((row) => row['key_id'] as string)).toEqual(['a', 'b', 'replay:a']);
});
