import { beforeEach, expect, test } from 'vitest';
import { ingest, lookAtTimers, fireTimers } from '../src/index.ts';
import { arrival, commitOne, newChat, stepOf, type TestChat, useDatabase } from './rows.ts';

const database = useDatabase();
const hourMs = 3_600_000;

beforeEach(async () => {
  await database.current.sql`update conversations set timer_at = null, timer_due_at = null`;
});

test('a timer rings once, as a command behind what is there, however many processes ring it', async () => {
  const chat = newChat();
  const dueAt = (await now()) - 1;
  await set(chat, dueAt);
  await ingest(database.current.sql, [arrival(chat, 'b')]);
  const until = await now();
  const woken = await Promise.all([1, 2, 3, 4].map(() => fireTimers(database.current.sql, until, 100)));
  expect(woken.flatMap(({ chats }) => chats.map(({ conversationId }) => conversationId))).toEqual([chat.id]);
  expect(await inboxOf(chat)).toEqual([
    [1, 'a', 'message'],
    [2, 'b', 'message'],
    [3, { type: 'timeUp', dueAt }, 'command'],
  ]);
  expect(await fireTimers(database.current.sql, until + hourMs, 100)).toEqual({ chats: [], looked: 0 });
});

test('of many chats no more than the limit are taken, the oldest first, and the rest next time', async () => {
  const chats = [newChat(), newChat(), newChat()] as const;
  const at = await now();
  for (const [index, chat] of chats.entries()) await set(chat, at - index);
  const first = await fireTimers(database.current.sql, at, 2);
  expect(new Set(first.chats.map(({ conversationId }) => conversationId))).toEqual(new Set([chats[2].id, chats[1].id]));
  expect((await fireTimers(database.current.sql, at, 2)).chats).toMatchObject([{ conversationId: chats[0].id }]);
});

test('a timer that was moved on rings at its new time, and one that was taken away never', async () => {
  const [moved, gone] = [newChat(), newChat()];
  const at = await now();
  for (const chat of [moved, gone]) await set(chat, at);
  await commitOne(database.current, stepOf(moved.id, { version: 1, seq: 2, timerAt: at + hourMs }));
  await commitOne(database.current, stepOf(gone.id, { version: 1, seq: 2, timerAt: null }));
  // The time to look is left where it was: it is indexed.
  expect((await lookAtTimers(database.current.sql)).nextAt).toBe(at);
  expect(await fireTimers(database.current.sql, at + 1, 100)).toEqual({ chats: [], looked: 2 });
  expect((await lookAtTimers(database.current.sql)).nextAt).toBe(at + hourMs);
  expect((await fireTimers(database.current.sql, at + hourMs + 1, 100)).chats).toMatchObject([{ conversationId: moved.id }]);
});

test('a timer that comes nearer is seen in time', async () => {
  const chat = newChat();
  const at = await now();
  await set(chat, at + hourMs);
  await commitOne(database.current, stepOf(chat.id, { version: 1, seq: 2, timerAt: at - 1 }));
  expect((await fireTimers(database.current.sql, at, 100)).chats).toMatchObject([{ conversationId: chat.id }]);
});

test('a chat that is locked is left for the next look', async () => {
  const chat = newChat();
  const at = await now();
  await set(chat, at);
  await database.current.sql.begin(async (transaction) => {
    await transaction`select from conversations where conversation_id = ${chat.id} for no key update`;
    expect(await fireTimers(database.current.sql, at + 1, 100)).toEqual({ chats: [], looked: 0 });
  });
  expect((await fireTimers(database.current.sql, at + 1, 100)).chats).toHaveLength(1);
});

async function now(): Promise<number> {
  return Math.floor((await lookAtTimers(database.current.sql)).now);
}

/** A chat whose first event is handled, with a timer. */
async function set(chat: TestChat, timerAt: number): Promise<void> {
  await ingest(database.current.sql, [arrival(chat, 'a')]);
  await commitOne(database.current, stepOf(chat.id, { timerAt }));
}

async function inboxOf({ id }: TestChat): Promise<unknown[][]> {
  const rows = await database.current.sql<{ seq: number; kind: string; key_id: string; event: unknown }[]>`
    select seq, kind, key_id, event from inbox where conversation_id = ${id} order by seq`;
  return rows.map(({ seq, kind, key_id, event }) => [seq, kind === 'message' ? key_id : event, kind]);
}
