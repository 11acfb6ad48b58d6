import { expect, onTestFinished, test } from 'vitest';
import { connect, ingest, isDatabaseAway } from '../src/index.ts';
import { inDrizzleTransaction, inTransaction } from '../src/transaction.ts';
import { arrival, newChat, useDatabase } from './rows.ts';

const database = useDatabase();

test('a transaction that is idle for five seconds is rolled back, and its locks are released', async () => {
  const { sql } = database.current;
  const chat = newChat();
  await ingest(sql, [arrival(chat, 'a')]);
  const { promise: woken, resolve: wake } = Promise.withResolvers<void>();
  const { promise: held, resolve: hold } = Promise.withResolvers<void>();
  const frozen = inTransaction(sql, async (transaction) => {
    await transaction`update conversations set jid = 'changed' where conversation_id = ${chat.id}`;
    hold();
    await woken;
  });
  const ending = endOf(frozen);
  await held;
  const [taken] = await ingest(sql, [arrival(chat, 'b')]);
  wake();

  expect(taken).toMatchObject({ seq: 2 });
  expect(isDatabaseAway(await ending)).toBe(true);
  expect(await sql`select jid from conversations where conversation_id = ${chat.id}`).toEqual([{ jid: chat.jid }]);
});

test('a process that freezes in the middle of a transaction sees a lost connection and continues with a new one', async () => {
  const { sql } = database.current;
  const chat = newChat();
  await ingest(sql, [arrival(chat, 'a')]);
  const single = connect(database.url, { connectionsMax: 1 });
  onTestFinished(() => single.close());
  const asked = endOf(
    inTransaction(single.sql, async (transaction) => {
      await transaction`update conversations set jid = 'changed' where conversation_id = ${chat.id}`;
      // Longer than the timeout. The end of the connection is noticed only when the next statement is sent.
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5_500);
      await transaction`update conversations set jid = 'again' where conversation_id = ${chat.id}`;
    }),
  );
  expect(isDatabaseAway(await asked)).toBe(true);
  expect([...(await single.sql`select 1 as one`)]).toEqual([{ one: 1 }]);
  expect(await sql`select jid from conversations where conversation_id = ${chat.id}`).toEqual([{ jid: chat.jid }]);
});

test('a statement of a transaction whose connection was lost is refused, and does not run on the new connection', async () => {
  const { sql } = database.current;
  const chat = newChat();
  await ingest(sql, [arrival(chat, 'a')]);
  const single = connect(database.url, { connectionsMax: 1 });
  onTestFinished(() => single.close());
  const { promise: woken, resolve: wake } = Promise.withResolvers<void>();
  const { promise: begun, resolve: begin } = Promise.withResolvers<number>();
  const { promise: late, resolve: ask } = Promise.withResolvers<unknown>();
  const lost = inTransaction(single.sql, async (transaction) => {
    const [backend] = await transaction<{ pid: number }[]>`select pg_backend_pid() as pid`;
    begin(backend?.pid ?? 0);
    await woken;
    ask(await transaction`update conversations set jid = 'changed' where conversation_id = ${chat.id}`.catch((error: unknown) => error));
  });
  const ending = endOf(lost);
  await sql`select pg_terminate_backend(${await begun})`;
  expect(isDatabaseAway(await ending)).toBe(true);
  await single.sql`select 1`;
  wake();

  expect(isDatabaseAway(await late)).toBe(true);
  expect(await sql`select jid from conversations where conversation_id = ${chat.id}`).toEqual([{ jid: chat.jid }]);
});

test('the timeout is set in every transaction and ends with it', async () => {
  const { sql, drizzle } = database.current;
  const asked = 'show idle_in_transaction_session_timeout';
  const bound = [{ idle_in_transaction_session_timeout: '5s' }];
  expect([...(await inTransaction(sql, async (transaction) => transaction.unsafe(asked)))]).toEqual(bound);
  expect([...(await inDrizzleTransaction(drizzle, async (transaction) => transaction.execute(asked)))]).toEqual(bound);
  expect([...(await sql.unsafe(asked))]).toEqual([{ idle_in_transaction_session_timeout: '0' }]);
});

/** The error it throws. */
function endOf(transaction: Promise<unknown>): Promise<unknown> {
  return transaction.then(
    () => 'committed',
    (error: unknown) => error,
  );
}
