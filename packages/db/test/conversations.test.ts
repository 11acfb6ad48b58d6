import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { acknowledge, commit, type Commit, commitRetracting, ingest, load, order } from '../src/index.ts';
import { arrival, commitOne as commitIn, instanceId, newChat, newReply, stepOf, type TestChat, useDatabase, waitingIn } from './rows.ts';

const database = useDatabase();
const inboxOf = async (id: string) =>
  (
    await database.current.sql<{ key_id: string; seq: number }[]>`select key_id, seq from inbox where conversation_id = ${id} order by seq`
  ).map((row) => [row.seq, row.key_id]);
const commitOne = (step: Commit) => commitIn(database.current, step);

test('events get the places they came in, and known ones are left out', async () => {
  const chat = newChat();
  await ingest(
    database.current.sql,
    ['a', 'b', 'a'].map((key) => arrival(chat, key)),
  );
  const taken = await ingest(
    database.current.sql,
    ['b', 'c'].map((key) => arrival(chat, key)),
  );
  expect(taken.map(({ keyId, seq }) => [keyId, seq])).toEqual([['c', 3]]);
  expect(await inboxOf(chat.id)).toEqual([
    [1, 'a'],
    [2, 'b'],
    [3, 'c'],
  ]);
});

test('the same id in the other direction is another event', async () => {
  const chat = newChat();
  await ingest(database.current.sql, [arrival(chat, 'a'), arrival(chat, 'a', { fromMe: true })]);
  expect(await inboxOf(chat.id)).toEqual([
    [1, 'a'],
    [2, 'a'],
  ]);
});

test.each([
  ['has only just come in', 'version = version', false],
  ['nobody has touched for long', "updated_at = updated_at - interval '6 seconds'", true],
  ['the sweep has begun to count', 'delivery_attempts = 1', true],
  ['waits for its time', "updated_at = updated_at - interval '6 seconds', not_before = clock_timestamp() + interval '1 hour'", false],
  [
    'is being asked of Typebot',
    "updated_at = updated_at - interval '6 seconds', open_call_until = clock_timestamp() + interval '1 hour'",
    false,
  ],
  ['is over', "updated_at = updated_at - interval '6 seconds', handled_seq = in_seq", false],
])('behind work that %s an event is late: %#', async (_what, change, isOverdue) => {
  const { sql } = database.current;
  const chat = newChat();
  await ingest(sql, [arrival(chat, 'a')]);
  await sql`update conversations set ${sql.unsafe(change)} where conversation_id = ${chat.id}`;
  const touchedAt = () => sql`select updated_at::text from conversations where conversation_id = ${chat.id}`;
  const before = await touchedAt();
  expect(await ingest(sql, [arrival(chat, 'b')])).toEqual([expect.objectContaining({ keyId: 'b', isOverdue: isOverdue })]);
  // What waits looks as untouched as it is, or the sweep would never find it.
  if (!change.includes('handled_seq')) expect(await touchedAt()).toEqual(before);
});

test('however batches of several ingesters meet, each event has one place and none is left free', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.array(fc.tuple(fc.nat(2), fc.nat(5)), { minLength: 1, maxLength: 8 }), { minLength: 2, maxLength: 4 }),
      async (batches) => {
        const three = [newChat(), newChat(), newChat()] as const;
        await Promise.all(
          batches.map((batch) =>
            ingest(
              database.current.sql,
              batch.map(([chat, key]) => arrival(three[chat as 0 | 1 | 2], `K${key}`)),
            ),
          ),
        );
        for (const [index, chat] of three.entries()) {
          const rows = await inboxOf(chat.id);
          const wanted = new Set(batches.flat().flatMap(([of, key]) => (of === index ? [`K${key}`] : [])));
          expect(rows.map(([seq]) => seq)).toEqual(rows.map((_, place) => place + 1));
          expect(new Set(rows.map(([, key]) => key))).toEqual(wanted);
          expect(rows).toHaveLength(wanted.size);
        }
      },
    ),
    { numRuns: 40 },
  );
});

test('a step decided on an old version writes nothing, and does not hold up the others of its batch', async () => {
  const [stale, good] = [newChat(), newChat()];
  await ingest(database.current.sql, [arrival(stale, 'a'), arrival(good, 'a')]);
  const [lost, won] = await commit(database.current.sql, [
    stepOf(stale.id, { version: 5, reply: newReply() }),
    stepOf(good.id, { reply: newReply() }),
  ]);
  expect(lost).toBeNull();
  expect(won).toEqual({ version: 1, more: false, dispatchedSeq: 1, withheld: false });
  const rows = await database.current
    .sql`select 1 from turns where conversation_id = ${stale.id} union all select 1 from outbox where conversation_id = ${stale.id}`;
  expect(rows).toHaveLength(0);
});

test('of two workers with the same step one writes it', async () => {
  const chat = newChat();
  await ingest(database.current.sql, [arrival(chat, 'a')]);
  const results = await Promise.all([1, 2, 3, 4].map(() => commitOne(stepOf(chat.id, { reply: newReply() }))));
  expect(results.filter((result) => result !== null)).toHaveLength(1);
});

test('a chat with a call on record is given to nobody until its time is over', async () => {
  const chat = newChat();
  await ingest(database.current.sql, [arrival(chat, 'a')]);
  await commitOne(stepOf(chat.id, { final: null, openCallMs: 60_000 }));
  expect(await load(database.current.sql, [chat.id])).toEqual([null]);
  await commitOne(stepOf(chat.id, { version: 1, final: null, openCallMs: -1 }));
  expect((await load(database.current.sql, [chat.id]))[0]).toMatchObject({ version: 2, head: { seq: 1, messageId: 'a' } });
});

test('in the quiet after a doubtful call only a pause is handed out', async () => {
  const chat = newChat();
  await ingest(database.current.sql, [arrival(chat, 'a'), arrival(chat, 'b')]);
  const sessionId = randomUUID();
  await commitOne(stepOf(chat.id, { quarantineMs: 60_000, state: waitingIn(sessionId) }));
  expect(await load(database.current.sql, [chat.id])).toEqual([null]);
  await order(database.current.sql, instanceId, chat.jid, { type: 'pause', sessionId, reason: 'operator' });
  expect((await load(database.current.sql, [chat.id]))[0]).toMatchObject({ isHeld: true, head: { seq: 2 } });
});

test('replies of a chat are handed out one after another, and a receipt that comes twice changes nothing', async () => {
  const chat = newChat();
  await ingest(
    database.current.sql,
    ['a', 'b'].map((key) => arrival(chat, key)),
  );
  const [one, two] = [newReply(), newReply()];
  expect(await commitOne(stepOf(chat.id, { reply: one }))).toMatchObject({ dispatchedSeq: 1 });
  expect(await commitOne(stepOf(chat.id, { version: 1, seq: 2, reply: two }))).toMatchObject({ dispatchedSeq: null });
  const receipt = { replyId: one.replyId, keyIds: ['WA-1'], failure: null };
  expect(await acknowledge(database.current.sql, [receipt])).toMatchObject([{ replyId: two.replyId, seq: 2 }]);
  expect(await acknowledge(database.current.sql, [receipt])).toEqual([]);
});

test('no reply is forgotten between a commit and the receipt before it', async () => {
  for (let round = 0; round < 60; round += 1) {
    const chat = newChat();
    await ingest(
      database.current.sql,
      ['a', 'b'].map((key) => arrival(chat, key)),
    );
    const [one, two] = [newReply(), newReply()];
    await commitOne(stepOf(chat.id, { reply: one }));
    const [committed, dispatched] = await Promise.all([
      commitOne(stepOf(chat.id, { version: 1, seq: 2, reply: two })),
      acknowledge(database.current.sql, [{ replyId: one.replyId, keyIds: [], failure: null }]),
    ]);
    const hands =
      (committed !== 'unreviewed' && committed?.dispatchedSeq === 2 ? 1 : 0) +
      dispatched.filter(({ replyId }) => replyId === two.replyId).length;
    expect(hands).toBe(1);
  }
});

test('a pause keeps back the reply of a turn that was under way', async () => {
  const { chat, sessionId } = await underWay();
  await order(database.current.sql, instanceId, chat.jid, { type: 'pause', sessionId, reason: 'operator' });
  expect(await replies(chat)).toEqual({ version: 2, more: true, dispatchedSeq: null, withheld: true });
});

test('a pause of a session that does not live in the chat keeps nothing back', async () => {
  const { chat } = await underWay();
  await order(database.current.sql, instanceId, chat.jid, { type: 'pause', sessionId: randomUUID(), reason: 'operator' });
  expect(await replies(chat)).toEqual({ version: 2, more: true, dispatchedSeq: 1, withheld: false });
});

test('a pause of a session that an order before it brings back keeps the reply back', async () => {
  const { chat } = await underWay();
  const sessionId = randomUUID();
  const snapshot = { typebotIntegrationId: null, bot: null };
  await order(database.current.sql, instanceId, chat.jid, { type: 'open', sessionId, snapshot });
  await order(database.current.sql, instanceId, chat.jid, { type: 'pause', sessionId, reason: 'operator' });
  expect(await replies(chat)).toMatchObject({ withheld: true });
});

/** A chat in whose session an event is being carried to its end. */
async function underWay(): Promise<{ chat: TestChat; sessionId: string }> {
  const chat = newChat();
  const sessionId = randomUUID();
  await ingest(database.current.sql, [arrival(chat, 'a')]);
  await commitOne(stepOf(chat.id, { final: null, state: waitingIn(sessionId) }));
  return { chat, sessionId };
}

function replies({ id }: TestChat) {
  return commitOne(stepOf(id, { version: 1, reply: newReply() }));
}

test('what was decided and not handed out is taken back, and its number is given again', async () => {
  const chat = newChat();
  await ingest(
    database.current.sql,
    ['a', 'b', 'c', 'd'].map((key) => arrival(chat, key)),
  );
  const first = newReply();
  await commitOne(stepOf(chat.id, { reply: first }));
  await commitOne(stepOf(chat.id, { version: 1, seq: 2, reply: newReply() }));
  await commitRetracting(database.current.sql, stepOf(chat.id, { version: 2, seq: 3 }));
  const last = newReply();
  await commitOne(stepOf(chat.id, { version: 3, seq: 4, reply: last }));
  expect(await acknowledge(database.current.sql, [{ ...first, keyIds: [], failure: null }])).toMatchObject([
    { replyId: last.replyId, seq: 2 },
  ]);
});
