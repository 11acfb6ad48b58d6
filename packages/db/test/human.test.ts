import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { acknowledge, commitRetracting, dispatchNext, ingest, load, loadLaterEvents, order, rememberSent } from '../src/index.ts';
import { arrival, commitOne, instanceId, newChat, newReply, stepOf, type TestChat, useDatabase, waitingIn } from './rows.ts';

const database = useDatabase();

test('a reply is not written past words from the phone that nobody judged, and nothing else of its step is either', async () => {
  const chat = await chatWith(arrivalOf('a'), arrivalOf('b', true));
  const reply = newReply();
  expect(await commitOne(database.current, stepOf(chat.id, { reply }))).toBe('unreviewed');
  expect(await loaded(chat)).toMatchObject({ version: 0, phoneSeq: 2, head: { seq: 1 } });
  expect(await commitOne(database.current, stepOf(chat.id, { reply, reviewedSeq: 2 }))).toMatchObject({ version: 1, dispatchedSeq: 1 });
});

test('a step that says nothing is written all the same', async () => {
  const chat = await chatWith(arrivalOf('a'), arrivalOf('b', true));
  expect(await commitOne(database.current, stepOf(chat.id, {}))).toMatchObject({ version: 1, more: true });
});

test('what was taken back stays when the step that takes it back is not written', async () => {
  const chat = await chatWith(arrivalOf('a'), arrivalOf('b'), arrivalOf('c'), arrivalOf('d', true));
  const replies = [newReply(), newReply()] as const;
  await commitOne(database.current, stepOf(chat.id, { reply: replies[0], reviewedSeq: 4 }));
  await commitOne(database.current, stepOf(chat.id, { version: 1, seq: 2, reply: replies[1], reviewedSeq: 4 }));
  expect(await commitRetracting(database.current.sql, stepOf(chat.id, { version: 2, seq: 3, reply: newReply() }))).toBe('unreviewed');
  const dispatched = await acknowledge(database.current.sql, [{ ...replies[0], keyIds: [], failure: null }]);
  expect(dispatched).toMatchObject([{ replyId: replies[1].replyId, seq: 2 }]);
});

test('a send of our own API, and what is no message, are no words from the phone', async () => {
  const api = { event: 'messages.upsert', data: { keyId: 'b', source: 'api' } };
  const sent = { event: 'send.message', data: { keyId: 'c' } };
  const chat = await chatWith(
    arrivalOf('a'),
    (to) => arrival(to, 'b', { fromMe: true, event: api }),
    (to) => arrival(to, 'c', { fromMe: true, event: sent }),
  );
  expect(await loaded(chat)).toMatchObject({ phoneSeq: 0, later: [], sends: [] });
});

test('what stands behind is read only where it may silence the bot', async () => {
  const quiet = await chatWith(arrivalOf('a'), arrivalOf('b'));
  expect(await loaded(quiet)).toMatchObject({ later: [] });
  const spoken = await chatWith(arrivalOf('a'), arrivalOf('b'), arrivalOf('c', true));
  expect((await loaded(spoken))?.later.map(({ fromMe, event }) => [fromMe, event.data.keyId])).toEqual([
    [false, 'b'],
    [true, 'c'],
  ]);
});

test('a chat that waits is handed out early when something stands behind its turn, or words from the phone anywhere', async () => {
  const due = { status: 'due' } as never;
  const waits = { final: null, waitMs: 60_000 };
  const alone = await chatWith(arrivalOf('a'));
  await commitOne(database.current, stepOf(alone.id, { ...waits, state: due }));
  expect(await loaded(alone)).toBeNull();
  await ingest(database.current.sql, [arrival(alone, 'b')]);
  expect(await loaded(alone)).toMatchObject({ head: { seq: 1 }, later: [{ fromMe: false }] });

  const retrying = await chatWith(arrivalOf('a'));
  await commitOne(database.current, stepOf(retrying.id, waits));
  await ingest(database.current.sql, [arrival(retrying, 'b')]);
  expect(await loaded(retrying)).toBeNull();
  await ingest(database.current.sql, [arrival(retrying, 'c', { fromMe: true })]);
  expect(await loaded(retrying)).toMatchObject({ head: { seq: 1 } });
});

test('what was said last is at hand where words from the phone are to be judged, and ids are known as soon as they are told', async () => {
  const chat = await chatWith(arrivalOf('a'));
  const reply = { ...newReply(), messages: [{ id: randomUUID(), type: 'text', text: 'hi' }] };
  await commitOne(database.current, stepOf(chat.id, { reply }));
  await rememberSent(database.current.sql, [{ replyId: reply.replyId, keyIds: ['WA-1'] }]);
  await rememberSent(database.current.sql, [{ replyId: reply.replyId, keyIds: ['WA-1', 'WA-2'] }]);
  await ingest(database.current.sql, [arrival(chat, 'WA-2', { fromMe: true })]);
  expect(await loaded(chat)).toMatchObject({ isEcho: true, sends: [{ text: 'hi' }] });
  expect(await loadLaterEvents(database.current.sql, chat.id, 1)).toMatchObject({
    phoneSeq: 2,
    later: [{ isKnownKey: true }],
    sends: [{ text: 'hi' }],
  });
});

test('while a pause waits no reply is handed out; when it is handled and took nothing back, the next is', async () => {
  const chat = await chatWith(arrivalOf('a'), arrivalOf('b'));
  const replies = [newReply(), newReply()] as const;
  await commitOne(database.current, stepOf(chat.id, { reply: replies[0] }));
  const sessionId = randomUUID();
  await commitOne(database.current, stepOf(chat.id, { version: 1, seq: 2, reply: replies[1], state: waitingIn(sessionId) }));
  await order(database.current.sql, instanceId, chat.jid, { type: 'pause', sessionId, reason: 'operator' });
  expect(await acknowledge(database.current.sql, [{ ...replies[0], keyIds: [], failure: null }])).toEqual([]);
  expect(await dispatchNext(database.current.sql, [chat.id])).toEqual([]);
  await commitOne(database.current, stepOf(chat.id, { version: 2, seq: 3 }));
  expect(await dispatchNext(database.current.sql, [chat.id])).toMatchObject([{ replyId: replies[1].replyId }]);
});

test('the events of a burst end together, each once', async () => {
  const chat = await chatWith(arrivalOf('a'), arrivalOf('b'), arrivalOf('c'), arrivalOf('d'));
  const transcript = [{ type: 'failed', outcome: 'refused', cause: 'x' }] as never;
  const final = { type: 'answered', sessionId: null, transcript } as const;
  expect(await commitOne(database.current, stepOf(chat.id, { events: 3, final }))).toMatchObject({ more: true });
  expect(await loaded(chat)).toMatchObject({ head: { seq: 4 } });
  const turns = await database.current
    .sql`select seq, final, jsonb_array_length(transcript) as entries from turns where conversation_id = ${chat.id} order by seq`;
  expect([...turns]).toEqual([
    { seq: 1, final: 'answered', entries: 1 },
    { seq: 2, final: 'answered', entries: 0 },
    { seq: 3, final: 'answered', entries: 0 },
  ]);
});

type Arriving = (chat: TestChat) => ReturnType<typeof arrival>;

function arrivalOf(keyId: string, fromMe = false): Arriving {
  return (chat) => arrival(chat, keyId, { fromMe });
}

async function chatWith(...arriving: Arriving[]): Promise<TestChat> {
  const chat = newChat();
  await ingest(
    database.current.sql,
    arriving.map((of) => of(chat)),
  );
  return chat;
}

async function loaded({ id }: TestChat) {
  return (await load(database.current.sql, [id]))[0] ?? null;
}
