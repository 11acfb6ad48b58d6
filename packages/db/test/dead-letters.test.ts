import { randomUUID } from 'node:crypto';
import type { TranscriptEntry } from '@typelane/core';
import { expect, test } from 'vitest';
import {
  insertDeadLetters,
  type Commit,
  discardDeadLetter,
  endUncertain,
  ingest,
  ingestEvents,
  redriveFromIngest,
  redriveFromChat,
  repeatUncertain,
  resolveUncertain,
} from '../src/index.ts';
import { chatOf, letter, newContact, tells } from './mailbox.ts';
import { arrival, commitOne, instanceId, newChat, stepOf, type TestChat, useDatabase } from './rows.ts';

const database = useDatabase();
const failed: TranscriptEntry = { type: 'failed', outcome: 'notSent', cause: 'ECONNREFUSED' };
const dead: Commit['final'] = { type: 'dead', reason: 'bot_unreachable', sessionId: null, transcript: [failed] };
const uncertain: Commit['final'] = { type: 'uncertain', reason: 'timeout', sessionId: null, transcript: [] };

test('each message of a dead turn is one letter, and a command is none', async () => {
  const chat = await chatWith('a', 'b');
  await ingest(database.current.sql, [arrival(chat, 'c', { kind: 'command', fromMe: true })]);
  await commitOne(database.current, stepOf(chat.id, { final: dead, events: 3 }));
  expect(await lettersOf(chat)).toMatchObject([
    { seq: 1, source: 'conversation', reason: 'bot_unreachable', status: 'open', instance_id: instanceId },
    { seq: 2, details: ['Typebot must be within reach, but it was not: ECONNREFUSED.'] },
  ]);
  expect(JSON.parse(String((await lettersOf(chat))[0]?.['payload']))).toMatchObject({ data: { keyId: 'a' } });
});

test('of two workers with the same step one makes the letter, and a step that is not written makes none', async () => {
  const chat = await chatWith('a', 'b');
  const step = () => commitOne(database.current, stepOf(chat.id, { final: dead }));
  await Promise.all([step(), step()]);
  await commitOne(database.current, stepOf(chat.id, { final: dead, seq: 2, version: 7 }));
  expect(await lettersOf(chat)).toMatchObject([{ seq: 1 }]);
});

test('letters redriven by many at once, while others write and are handled, have one place each', { timeout: 30_000 }, async () => {
  const { sql } = database.current;
  const chat = await chatWith(...keys('dead', 10));
  for (const index of keys('', 10).keys()) {
    await commitOne(database.current, stepOf(chat.id, { final: dead, seq: index + 1, version: index }));
  }
  const letters = await lettersOf(chat);
  const redrives = letters.flatMap(({ dead_letter_id: deadLetterId, seq }) =>
    [1, 2].map(() => redriveFromChat(sql, { deadLetterId, conversationId: chat.id, seq }, { force: true })),
  );
  const writings = keys('new', 10).map((key) => ingest(sql, [arrival(chat, key)]));
  const stepped = keys('', 5).map((_, index) =>
    commitOne(database.current, stepOf(chat.id, { seq: 11, version: 10 + index })).catch(() => null),
  );
  const [outcomes] = await Promise.all([Promise.all(redrives), Promise.all(writings), Promise.all(stepped)]);
  expect(outcomes.map(({ type }) => type).toSorted()).toEqual([
    ...keys('', 10).map(() => 'redriven'),
    ...keys('', 10).map(() => 'settled'),
  ]);
  const inbox = await inboxOf(chat.id);
  expect(inbox.map(({ seq }) => seq)).toEqual(Array.from({ length: 30 }, (_, index) => index + 1));
  expect(inbox.filter(({ key_id: keyId }) => keyId.startsWith('redrive:1:')).length).toBe(10);
  expect(await sql`select in_seq from conversations where conversation_id = ${chat.id}`).toEqual([{ in_seq: 30 }]);
});

test('of a redrive and a discard one is done', async () => {
  const { sql } = database.current;
  const { chat, one } = await deadLetter();
  const [redriven, discarded] = await Promise.all([redriveFromChat(sql, one, { force: false }), discardDeadLetter(sql, one.deadLetterId)]);
  expect([redriven.type === 'redriven', discarded].filter(Boolean)).toHaveLength(1);
  expect(await inboxOf(chat.id)).toHaveLength(discarded ? 1 : 2);
});

test('a message of a contact who became known by their phone is said again in the chat of the phone', async () => {
  const { sql } = database.current;
  const who = newContact();
  const instance = 'inst-2';
  const [lidChat, phoneChat] = [chatOf(who.lid, null, instance), chatOf(who.phone, null, instance)];
  await ingestEvents(sql, [letter(who.lid, 'a', { instance })]);
  await commitOne(database.current, stepOf(lidChat, { final: dead }));
  const [one] = await lettersOf({ id: lidChat, jid: who.lid });
  await ingestEvents(sql, [letter(who.phone, 'b', { ...tells(who), instance })]);
  const place = { deadLetterId: one?.dead_letter_id ?? '', conversationId: lidChat, seq: 1 };
  // It came before what waits there.
  expect(await redriveFromChat(sql, place, { force: false })).toEqual({ type: 'overtaken' });
  expect(await redriveFromChat(sql, place, { force: true })).toEqual({ type: 'redriven', conversationId: phoneChat });
  expect((await inboxOf(phoneChat)).map(({ key_id: keyId }) => keyId)).toEqual(['b', 'redrive:1:a']);
});

test.each<[what: string, later: Commit['final'], type: string]>([
  ['was answered', { type: 'answered', sessionId: null, transcript: [] }, 'overtaken'],
  ['may have been heard', uncertain, 'overtaken'],
  ['died too', dead, 'redriven'],
  ['was ignored', { type: 'ignored', reason: 'reaction', sessionId: null, transcript: [] }, 'redriven'],
  ['waits', null, 'overtaken'],
])('of a letter whose chat has a later message that %s', async (_what, later, type) => {
  const chat = await chatWith('a', 'b');
  await commitOne(database.current, stepOf(chat.id, { final: dead }));
  if (later) await commitOne(database.current, stepOf(chat.id, { final: later, seq: 2, version: 1 }));
  const [one] = await lettersOf(chat);
  const place = { deadLetterId: one?.dead_letter_id ?? '', conversationId: chat.id, seq: 1 };
  expect((await redriveFromChat(database.current.sql, place, { force: false })).type).toBe(type);
});

test('a letter stays open when what died at the door could not be published', async () => {
  const { sql } = database.current;
  const sourceKey = randomUUID();
  await insertDeadLetters(sql, [{ instanceId, source: 'inbound', sourceKey, reason: 'invalid_event', details: [], payload: '{}' }]);
  const [one] = await sql<{ id: string }[]>`select dead_letter_id as id from dead_letters where source_key = ${sourceKey}`;
  const id = one?.id ?? '';
  await expect(redriveFromIngest(sql, id, () => Promise.reject(new Error('no Redis')))).rejects.toThrow('no Redis');
  let published = 0;
  const publish = async () => void (published += 1);
  expect((await Promise.all([redriveFromIngest(sql, id, publish), redriveFromIngest(sql, id, publish)])).toSorted()).toEqual([false, true]);
  expect([published, await discardDeadLetter(sql, id)]).toEqual([1, false]);
});

test('an uncertain burst is resolved as one turn, and said again whole and in its order', async () => {
  const { sql } = database.current;
  const chat = await chatWith('a', 'b', 'c');
  await commitOne(database.current, stepOf(chat.id, { final: uncertain, events: 3 }));
  const place = { conversationId: chat.id, seq: 1, by: 'operator' } as const;
  const outcomes = await Promise.all([1, 2, 3].map(() => repeatUncertain(sql, { ...place, force: false })));
  expect(outcomes.map(({ type }) => type).toSorted()).toEqual(['repeated', 'resolved', 'resolved']);
  const keyIds = (await inboxOf(chat.id)).map(({ key_id: keyId }) => keyId);
  expect(keyIds).toEqual(['a', 'b', 'c', 'redrive:1:a', 'redrive:1:b', 'redrive:1:c']);
  expect(await sql`select distinct resolution, resolved_by from turns where conversation_id = ${chat.id}`).toEqual([
    { resolution: 'not_processed', resolved_by: 'operator' },
  ]);
});

test('of all who resolve a turn at once one does', async () => {
  const { sql } = database.current;
  const chat = await chatWith('a');
  await commitOne(database.current, stepOf(chat.id, { final: uncertain }));
  const place = { conversationId: chat.id, seq: 1 };
  const done = await Promise.all([
    resolveUncertain(sql, { ...place, resolution: 'processed', by: 'result' }),
    resolveUncertain(sql, { ...place, resolution: 'not_processed', by: 'result' }),
    repeatUncertain(sql, { ...place, by: 'operator', force: false }).then(({ type }) => type === 'repeated'),
    endUncertain(sql, { ...place, sessionId: null, by: 'operator' }).then(({ type }) => type === 'ended'),
  ]);
  expect(done.filter(Boolean)).toHaveLength(1);
});

test('a turn that was no doubt cannot be resolved', async () => {
  const { chat } = await deadLetter();
  const place = { conversationId: chat.id, seq: 1 };
  expect(await resolveUncertain(database.current.sql, { ...place, resolution: 'processed', by: 'result' })).toBe(false);
  expect(await repeatUncertain(database.current.sql, { ...place, by: 'result', force: true })).toEqual({ type: 'resolved' });
});

async function deadLetter() {
  const chat = await chatWith('a');
  await commitOne(database.current, stepOf(chat.id, { final: dead }));
  const [one] = await lettersOf(chat);
  return { chat, one: { deadLetterId: one?.dead_letter_id ?? '', conversationId: chat.id, seq: 1 } };
}

async function chatWith(...keyIds: string[]): Promise<TestChat> {
  const chat = newChat();
  await ingest(
    database.current.sql,
    keyIds.map((keyId) => arrival(chat, keyId)),
  );
  return chat;
}

function lettersOf({ id }: TestChat) {
  return database.current.sql<{ dead_letter_id: string; seq: number; [column: string]: unknown }[]>`
    select * from dead_letters where conversation_id = ${id} order by seq`;
}

function inboxOf(id: string) {
  return database.current.sql<{ seq: number; key_id: string }[]>`select seq, key_id from inbox where conversation_id = ${id} order by seq`;
}

const keys = (name: string, count: number) => Array.from({ length: count }, (_, index) => `${name}-${index}`);
