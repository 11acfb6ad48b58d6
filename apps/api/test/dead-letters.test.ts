import { randomUUID } from 'node:crypto';
import type { InboundEvent } from '@typelane/core';
import { inboundText, waitUntil } from '@typelane/testkit';
import { afterAll, beforeEach, expect, test } from 'vitest';
import { startTestApi } from './support/api.ts';
import { writes } from './support/contact.ts';
import { createTenant, freshChat } from './support/tenants.ts';
import { deadAtIngest, refusal } from './support/troubles.ts';
import { asksForText } from './support/worker.ts';

const published: (InboundEvent | InboundEvent[])[] = [];
const api = await startTestApi({
  inbound: {
    publish: (event) => {
      published.push(event);
      return Promise.resolve([{ jobId: 'job' }]);
    },
  },
});
afterAll(() => api.stop());

let instanceId: string;
let path: string;
let tenants = 0;
beforeEach(async () => {
  ({ instanceId } = await createTenant(api, `letters ${(tenants += 1)}`));
  path = `/api/v2/instance/${encodeURIComponent(instanceId)}/dead-letters`;
  published.length = 0;
  mend();
});

const mend = () => api.bot(asksForText);
const breakDown = () => api.bot(() => refusal);

test('a message that the bot refuses is kept with its reason, its cause and what it said', async () => {
  const chat = freshChat();
  const { keyId } = await dies(chat, 'help me');
  const [letter, ...others] = (await api.ask('GET', path)).body;
  expect(others).toEqual([]);
  expect(letter).toMatchObject({
    instanceId,
    source: 'conversation',
    keyRemoteJid: chat,
    keyId,
    reason: 'http_400',
    details: ['Typebot must take the message, but it refused: http_400.'],
    status: 'open',
    settledAt: null,
  });
  const shown = (await api.ask('GET', `${path}/${letter.deadLetterId}`)).body;
  expect(JSON.parse(shown.payload)).toMatchObject({ data: { keyId, content: { text: 'help me' } } });
  expect(letter).not.toHaveProperty('payload');
});

test('a start by the API that dies is no dead letter: the caller received the error', async () => {
  breakDown();
  const answer = await api.ask('POST', path.replace('dead-letters', 'typebot-integration/session'), {
    body: { keyRemoteJid: freshChat() },
  });
  expect(answer.body.code).toBe('BOT_REFUSED');
  expect((await api.ask('GET', path)).body).toEqual([]);
});

test('letters are shown newest first, page by page, open ones unless asked otherwise, and by their reason', async () => {
  const keyIds = [];
  for (const words of ['one', 'two', 'three']) keyIds.push((await dies(freshChat(), words)).keyId);
  await atDoor({ ...inboundText({ instanceId, jid: freshChat(), text: 'x' }), data: {} });
  const first = await api.ask('GET', `${path}?reason=http_400&limit=2`);
  const [, next = ''] = /<(.+)>/.exec(String(first.headers['link'])) ?? [];
  const second = await api.ask('GET', next);
  expect([...first.body, ...second.body].map(({ keyId }) => keyId)).toEqual(keyIds.toReversed());
  expect(second.headers['link']).toBeUndefined();
  expect((await api.ask('GET', path)).body).toHaveLength(4);
  await settle(first.body[0].deadLetterId, 'discard');
  expect((await api.ask('GET', path)).body).toHaveLength(3);
  expect((await api.ask('GET', `${path}?status=discarded`)).body).toMatchObject([{ keyId: keyIds[2], settledAt: expect.any(String) }]);
});

test('a redriven message stands at the tail of its chat, under its own key, and is never too old', async () => {
  const chat = freshChat();
  await dies(chat, 'help me');
  await api.database.sql`
    update inbox set event = jsonb_set(event, '{data,messageTimestamp}', '1000000000') where event #>> '{data,content,text}' = 'help me'`;
  mend();
  const { deadLetterId, keyId } = await onlyLetter();
  const redriven = await settle(deadLetterId, 'redrive');
  expect([redriven.status, redriven.body.status]).toEqual([200, 'redriven']);
  await allHandled();
  const rows = await inboxOf(chat);
  expect(rows).toEqual([
    { keyId, own: keyId, final: 'dead' },
    { keyId: `redrive:1:${keyId}`, own: keyId, final: 'answered' },
  ]);
});

test('one that dies again is a letter of its own, and can be redriven again', async () => {
  const chat = freshChat();
  await dies(chat, 'help me');
  const first = await onlyLetter();
  await settle(first.deadLetterId, 'redrive');
  await allHandled();
  const second = await onlyLetter();
  mend();
  await settle(second.deadLetterId, 'redrive');
  await allHandled();
  expect((await inboxOf(chat)).map(({ keyId, final }) => `${keyId} ${final}`)).toEqual([
    `${first.keyId} dead`,
    `redrive:1:${first.keyId} dead`,
    `redrive:2:${first.keyId} answered`,
  ]);
});

test('what was redriven or discarded is neither again', async () => {
  await dies(freshChat(), 'help me');
  const { deadLetterId } = await onlyLetter();
  const both = await Promise.all([settle(deadLetterId, 'redrive'), settle(deadLetterId, 'redrive')]);
  expect(both.map(({ status }) => status).toSorted()).toEqual([200, 409]);
  for (const action of ['redrive', 'discard'] as const) {
    const { status, body } = await settle(deadLetterId, action);
    expect([status, body.code, body.message]).toEqual([409, 'DEAD_LETTER_SETTLED', ['The dead letter was redriven before']]);
  }
});

test('an answer to an old question is redriven by force only', async () => {
  const chat = freshChat();
  await dies(chat, 'the first');
  mend();
  await says(chat, 'the second');
  const { deadLetterId } = await onlyLetter();
  const refused = await settle(deadLetterId, 'redrive');
  expect([refused.status, refused.body.code]).toEqual([409, 'NEWER_MESSAGES']);
  expect((await onlyLetter()).status).toBe('open');
  expect((await settle(deadLetterId, 'redrive', { force: true })).status).toBe(200);
  await allHandled();
  expect((await inboxOf(chat)).map(({ final }) => final)).toEqual(['dead', 'answered', 'answered']);
});

test('a newer message that waits is in the way as well', async () => {
  const chat = freshChat();
  await dies(chat, 'the first');
  const resume = api.haltWorker();
  await writes(api, instanceId, chat, 'the second');
  const refused = await settle((await onlyLetter()).deadLetterId, 'redrive');
  resume();
  expect(refused.body.code).toBe('NEWER_MESSAGES');
  await allHandled();
});

test('all letters of a chat are redriven in their order with one request', async () => {
  const chat = freshChat();
  const keyIds = [];
  for (const words of ['one', 'two', 'three']) keyIds.push((await dies(chat, words)).keyId);
  mend();
  const { body } = await api.ask('POST', path, { body: { action: 'redrive', reason: 'http_400' } });
  expect(body).toEqual({ settled: expect.any(Array), refused: [], cursor: null });
  expect(body.settled).toHaveLength(3);
  await allHandled();
  expect((await inboxOf(chat)).slice(3).map(({ own, final }) => [own, final])).toEqual(keyIds.map((keyId) => [keyId, 'answered']));
});

test('a later letter of a chat that was redriven first keeps an earlier one from it', async () => {
  const chat = freshChat();
  const first = await dies(chat, 'one');
  const second = await dies(chat, 'two');
  mend();
  const letters = (await api.ask('GET', path)).body;
  const idOf = ({ keyId }: { keyId: string }) => letters.find((letter: { keyId: string }) => letter.keyId === keyId).deadLetterId;
  expect((await settle(idOf(second), 'redrive')).status).toBe(200);
  expect((await settle(idOf(first), 'redrive')).body.code).toBe('NEWER_MESSAGES');
});

test('a request about many says of each what became of it', async () => {
  await dies(freshChat(), 'one');
  await atDoor({ instance: { instanceId } });
  const letters = (await api.ask('GET', path)).body;
  const unreadable = letters.find(({ source }: { source: string }) => source === 'inbound').deadLetterId;
  const readable = letters.find(({ source }: { source: string }) => source === 'conversation').deadLetterId;
  const unknown = randomUUID();
  mend();
  const { body } = await api.ask('POST', path, { body: { action: 'redrive', ids: [unreadable, unknown, readable] } });
  expect(body.settled).toEqual([readable]);
  expect(body.refused.map(({ deadLetterId, code }: { deadLetterId: string; code: string }) => [deadLetterId, code])).toEqual([
    [unknown, 'DEAD_LETTER_NOT_FOUND'],
    [unreadable, 'DEAD_LETTER_UNREADABLE'],
  ]);
  expect((await api.ask('POST', path, { body: { action: 'discard' } })).body.settled).toEqual([unreadable]);
  expect((await api.ask('GET', path)).body).toEqual([]);
});

test('more letters than one request takes are settled by going on behind it', async () => {
  for (let count = 0; count < 101; count += 1) await atDoor({ instance: { instanceId } });
  const first = (await api.ask('POST', path, { body: { action: 'discard' } })).body;
  expect([first.settled.length, typeof first.cursor]).toEqual([100, 'string']);
  const second = (await api.ask('POST', path, { body: { action: 'discard', cursor: first.cursor } })).body;
  expect([second.settled.length, second.cursor]).toEqual([1, null]);
});

test('an event rejected at ingest is parsed again, and published if it is valid now', async () => {
  const event = inboundText({ instanceId, jid: freshChat(), text: 'now fine' });
  await atDoor({ ...event, data: { ...event.data, messageTimestamp: 1_000_000_000 } });
  const { deadLetterId } = await onlyLetter();
  const both = await Promise.all([settle(deadLetterId, 'redrive'), settle(deadLetterId, 'redrive')]);
  expect(both.map(({ status }) => status).toSorted()).toEqual([200, 409]);
  const { messageTimestamp: _old, ...data } = event.data;
  expect(published).toEqual([{ ...event, data }]);
});

const text = (more: object) => ({ ...inboundText({ instanceId, jid: freshChat(), text: 'hi' }), ...more });
test.each<[string, () => unknown, RegExp]>([
  ['no JSON', () => '{', /^The data of the job must be JSON/],
  ['without its data', () => text({ data: {} }), /^`data\.keyId` is required/],
  [
    'to an address of nobody',
    () => text({ data: { ...text({}).data, keyRemoteJid: 'nobody' } }),
    /^`data\.keyRemoteJid` must be a WhatsApp address/,
  ],
  ['a prototype', () => JSON.stringify(text({})).replace('"keyId"', '"__proto__":{"a":1},"keyId"'), /^No field may be called `__proto__`/],
])('an event rejected at ingest that is still %s stays a dead letter', async (_what, payload, sentence) => {
  await atDoor(payload());
  const { deadLetterId } = await onlyLetter();
  const { status, body } = await settle(deadLetterId, 'redrive');
  expect([status, body.code]).toEqual([409, 'DEAD_LETTER_UNREADABLE']);
  expect(body.message[0]).toMatch(sentence);
  expect([(await onlyLetter()).status, published]).toEqual(['open', []]);
});

test('an event rejected at ingest is not redriven after newer messages, unless by force', async () => {
  const chat = freshChat();
  await atDoor(inboundText({ instanceId, jid: chat, text: 'the first' }));
  await atDoor(inboundText({ instanceId, jid: chat, text: 'the second' }));
  const [second, first] = (await api.ask('GET', path)).body;
  expect((await settle(first.deadLetterId, 'redrive')).status).toBe(200);
  // It comes in late and is the older one all the same.
  const [event] = published as InboundEvent[];
  await writes(api, instanceId, chat, 'the first', event?.data.keyId);
  expect((await settle(second.deadLetterId, 'redrive')).status).toBe(200);
  await atDoor(inboundText({ instanceId, jid: chat, text: 'the third' }));
  await says(chat, 'the fourth');
  const third = await onlyLetter();
  expect((await settle(third.deadLetterId, 'redrive')).body.code).toBe('NEWER_MESSAGES');
  expect((await settle(third.deadLetterId, 'redrive', { force: true })).status).toBe(200);
});

test('an event redriven to ingest and rejected again is open again', async () => {
  const event = inboundText({ instanceId, jid: freshChat(), text: 'odd' });
  const sourceKey = randomUUID();
  await atDoor(event, sourceKey);
  await settle((await onlyLetter()).deadLetterId, 'redrive');
  expect((await api.ask('GET', path)).body).toEqual([]);
  await atDoor(event, sourceKey);
  expect(await onlyLetter()).toMatchObject({ status: 'open', settledAt: null });
});

test('jobs that nobody knows whose they are belong to the operator', async () => {
  const nobodys = '/api/v2/admin/dead-letters';
  await atDoor('{', undefined, null);
  const [letter] = (await api.ask('GET', nobodys)).body;
  expect(letter).toMatchObject({ instanceId: null, keyRemoteJid: null, status: 'open' });
  expect((await api.ask('GET', path)).body).toEqual([]);
  expect((await api.ask('GET', `${path}/${letter.deadLetterId}`)).status).toBe(404);
  const place = `${nobodys}/${letter.deadLetterId}`;
  expect((await api.ask('GET', place)).body.payload).toBe('{');
  const settleIt = async (action: string) => (await api.ask('POST', place, { body: { action } })).body;
  expect((await settleIt('redrive')).code).toBe('DEAD_LETTER_UNREADABLE');
  expect((await settleIt('discard')).status).toBe('discarded');
  expect((await settleIt('discard')).code).toBe('DEAD_LETTER_SETTLED');
});

test.each([
  [{}, '`action` is required'],
  [{ action: 'forget' }, /^`action` must be /],
  [{ action: 'redrive', ids: [] }, /^`ids` must be .*at least 1/],
  [{ action: 'redrive', ids: ['x'] }, /^`ids\.0` must be /],
  [{ action: 'redrive', ids: [randomUUID()], reason: 'http_400' }, /`ids` alone/],
  [{ action: 'redrive', why: 'x' }, /^`why` is not a known field/],
])('%j is refused', async (body, sentence) => {
  const answer = await api.ask('POST', path, { body });
  expect([answer.status, answer.body.message]).toEqual([400, [expect.stringMatching(sentence)]]);
});

async function dies(chat: string, words: string): Promise<{ keyId: string }> {
  breakDown();
  return says(chat, words);
}

async function says(chat: string, words: string): Promise<{ keyId: string }> {
  const message = await writes(api, instanceId, chat, words);
  await message.isHandled();
  return message;
}

/** A text is kept as it is. */
function atDoor(value: unknown, sourceKey?: string, whose: string | null = instanceId): Promise<string> {
  return deadAtIngest(api, typeof value === 'string' ? value : JSON.stringify(value), whose, sourceKey);
}

async function onlyLetter() {
  const { body } = await api.ask('GET', path);
  expect(body).toHaveLength(1);
  return body[0];
}

const settle = (deadLetterId: string, action: 'redrive' | 'discard', more: object = {}) =>
  api.ask('POST', `${path}/${deadLetterId}`, { body: { action, ...more } });

async function allHandled(): Promise<void> {
  const left = () => api.database.sql`select from conversations where instance_id = ${instanceId} and in_seq > handled_seq`;
  await waitUntil(async () => (await left()).length === 0, { what: 'everything to be handled' });
}

function inboxOf(chat: string): Promise<{ keyId: string; own: string; final: string }[]> {
  return api.database.sql`
    select i.key_id as "keyId", i.event #>> '{data,keyId}' as own, t.final
    from conversations c join inbox i using (conversation_id) join turns t using (conversation_id, seq)
    where c.instance_id = ${instanceId} and c.jid = ${chat} order by i.seq`;
}
