import type { InboundEvent } from '@typelane/core';
import { type FakeTypebot, inboundEvent, inboundReaction, inboundText, newKeyId, startFakeTypebot, waitUntil } from '@typelane/testkit';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { type Pipeline, startPipeline } from './harness.ts';
import { echoBot } from './order/echo-bot.ts';
import { addRaw } from './raw-job.ts';

/** Invalid jobs that producers can add: each becomes a record with its reason, and the next message of another chat is answered. */
let typebot: FakeTypebot;
let pipeline: Pipeline;
let instanceId: string;
let queueKey: string;

beforeAll(async () => {
  typebot = await startFakeTypebot({ bots: { echo: echoBot } });
  pipeline = await startPipeline({ typebots: [typebot.url] });
  instanceId = await pipeline.register({ url: typebot.url, publicId: 'echo' });
  queueKey = `${pipeline.prefix}:inbound`;
});

afterAll(async () => {
  await pipeline.close();
  await typebot.close();
});

afterEach(async () => {
  checkRest();
  typebot.assertClean();
  await pipeline.database.sql`truncate dead_letters`;
});

/** Checked after every test. */
function checkRest(): void {
  expect({}).not.toHaveProperty('polluted');
  expect(pipeline.consumer.breaches).toEqual([]);
}

const jid = '5531999990000@s.whatsapp.net';
const valid = (data: Partial<InboundEvent['data']> = {}): InboundEvent => {
  const event = inboundText({ instanceId, jid: newJid(), text: 'hello' });
  return { ...event, data: { ...event.data, ...data } };
};
const without = (field: keyof InboundEvent['data']): unknown => {
  const { [field]: _, ...data } = valid().data;
  return { ...valid(), data };
};
const json = (value: unknown): string => JSON.stringify(value);

test.each<[what: string, data: () => string | null, reason: string]>([
  ['cut off JSON', () => json(valid()).slice(0, -5), 'invalid_json'],
  ['no JSON at all', () => 'hello', 'invalid_json'],
  ['empty data', () => '', 'invalid_json'],
  ['an id without a hash', () => null, 'missing_data'],
  ['a number', () => '42', 'invalid_event'],
  ['null', () => 'null', 'invalid_event'],
  ['an empty object', () => '{}', 'invalid_event'],
  ['an empty array', () => '[]', 'invalid_event'],
  ['an array in an array', () => json([[valid()]]), 'invalid_event'],
  ['501 events', () => json(Array.from({ length: 501 }, () => ({}))), 'invalid_event'],
  ['an event without a key id', () => json(without('keyId')), 'invalid_event'],
  ['an event without a chat', () => json(without('keyRemoteJid')), 'invalid_event'],
  ['an event without content', () => json(without('content')), 'invalid_event'],
  ['a key id that is a number', () => json({ ...valid(), data: { ...valid().data, keyId: 7 } }), 'invalid_event'],
  ['content that is a text', () => json({ ...valid(), data: { ...valid().data, content: 'hello' } }), 'invalid_event'],
  ['a time that is a text', () => json({ ...valid(), data: { ...valid().data, messageTimestamp: 'now' } }), 'invalid_event'],
  ['an event without an instance', () => json({ ...valid(), instance: {} }), 'invalid_event'],
  ['another version of the contract', () => json({ ...valid(), schemaVersion: 2 }), 'invalid_event'],
  ['five megabytes', () => json(valid({ content: { text: 'x'.repeat(5_000_000) } })), 'too_large'],
  ['a text of more than 64 KiB', () => json(valid({ content: { text: 'é'.repeat(32_769) } })), 'text_too_long'],
  ['10,000 arrays in one another', () => `${'['.repeat(10_000)}${']'.repeat(10_000)}`, 'too_deep'],
  ['content of 40 levels', () => json(valid({ content: nested(40) })), 'too_deep'],
  ['a field called __proto__', () => json(valid()).replace('"keyId"', '"__proto__":{"polluted":true},"keyId"'), 'invalid_event'],
  ['an address of nobody', () => json(valid({ keyRemoteJid: 'nobody' })), 'invalid_jid'],
  ['an address with something behind it', () => json(valid({ keyRemoteJid: `${jid} or 1=1` })), 'invalid_jid'],
  ['an instance id that no database can store', () => json({ ...valid(), instance: { instanceId: 'a\u0000b' } }), 'unstorable'],
])('%s is kept as a dead letter', async (_, dataOf, reason) => {
  const data = dataOf();
  await addRaw(pipeline.redis, queueKey, newKeyId(), data);
  await othersAreAnswered();
  const letters = await pipeline.tables.deadLetters();
  expect(letters).toMatchObject([{ reason }]);
  expect(letters[0]?.details.filter((sentence) => !/ (must|may|is required).{0,}/.test(` ${sentence}`))).toEqual([]);
  expect(letters[0]?.details).not.toEqual([]);
  // The payload is stored unchanged; an event of an array or an object is serialised again.
  expect(letters[0]?.sizeBytes).toBe(Buffer.byteLength(letters[0]?.payload ?? ''));
  if (reason === 'too_large' || reason === 'invalid_json') expect(letters[0]?.payload).toBe(data);
  expect(await pipeline.redis.keys(`${queueKey}:*`)).not.toContainEqual(expect.stringMatching(/:3EB0/));
});

test('a key of another type in place of a job is kept as a dead letter', async () => {
  const id = newKeyId();
  await pipeline.redis.set(`${queueKey}:${id}`, 'no hash');
  await addRaw(pipeline.redis, queueKey, id, null);
  await othersAreAnswered();
  expect(await pipeline.tables.deadLetters()).toMatchObject([{ reason: 'missing_data' }]);
  expect(await pipeline.redis.exists(`${queueKey}:${id}`)).toBe(0);
});

test('valid events of an array reach their inboxes, and the invalid ones beside them become dead letters', async () => {
  const [first, second] = [valid(), valid()];
  await pipeline.publish([first, { ...valid(), data: {} }, second, valid({ keyRemoteJid: 'nobody' })]);
  await bothAnswered(first, second);
  expect((await pipeline.tables.deadLetters()).map(({ reason }) => reason).toSorted()).toEqual(['invalid_event', 'invalid_jid']);
});

test('an event that nests too deep does not affect the other events of its array', async () => {
  const good = valid();
  await pipeline.publish([good, valid({ content: nested(40) })]);
  await bothAnswered(good);
  expect(await pipeline.tables.deadLetters()).toMatchObject([{ reason: 'too_deep' }]);
});

test('a contact who writes __proto__, or has it as a name, is answered, and so is everybody else', async () => {
  const events = [valid({ content: { text: '__proto__' } }), valid({ pushName: '__proto__' }), valid()];
  await pipeline.publish(events);
  await bothAnswered(...events);
  expect(await pipeline.tables.deadLetters()).toEqual([]);
});

test.each([
  ['written with escapes', '"\\u005f_proto__":{"polluted":true},"keyId"'],
  ['in the constructor', '"constructor":{"prototype":{"polluted":true}},"keyId"'],
])('a prototype %s pollutes nothing', async (_, fields) => {
  await addRaw(pipeline.redis, queueKey, newKeyId(), json(valid()).replace('"keyId"', fields));
  await othersAreAnswered();
  // afterEach looks at the prototype.
  expect((await pipeline.tables.deadLetters()).length).toBeLessThanOrEqual(1);
});

test('characters that PostgreSQL cannot store are saved as replacement characters, and the message is answered', async () => {
  const odd = 'a\u0000b \ud83d c \udc00 😀';
  const event = valid({ keyId: `key \u0000 ${newKeyId()}`, pushName: odd, content: { text: odd }, messageId: odd });
  await pipeline.publish({ ...event, instance: { ...event.instance, name: odd, extra: { [odd]: odd } } });
  await othersAreAnswered();
  const replies = await waitUntil(() => atLeast(1, pipeline.consumer.repliesTo(instanceId, event.data.keyRemoteJid)), {
    what: 'the reply',
  });
  expect(replies[0]?.inReplyTo).toBe(event.data.keyId.replaceAll('\u0000', '\ufffd'));
  expect(typebot.heard.at(-2)?.variables?.['pushName']).toMatch(/^a.?b \ufffd c \ufffd 😀$/);
});

test('two key ids that become equal after normalisation are one event, and no other event is lost', async () => {
  const chat = newJid();
  const twins = ['\u0000', '\ufffd'].map((letter) => valid({ keyRemoteJid: chat, keyId: `twin ${letter}` }));
  const other = valid();
  await pipeline.publish([...twins, other]);
  await bothAnswered(other);
  expect((await pipeline.tables.outcomes(instanceId)).filter((outcome) => outcome.jid === chat)).toHaveLength(1);
});

test.each<[what: string, final: string, event: () => InboundEvent]>([
  ['a receipt', 'ignored: other_event', () => ({ ...valid(), event: 'messages.update' })],
  ['an event of another name', 'ignored: other_event', () => ({ ...valid(), event: 'something.new' })],
  ['our own send', 'ignored: own_send', () => ({ ...valid({ keyFromMe: true }), event: 'send.message' })],
  ['a message sent by an API', 'ignored: echo', () => valid({ source: 'api' })],
  ['a group', 'ignored: group', () => valid({ keyRemoteJid: '120363000000000000@g.us', keyParticipant: newJid() })],
  ['a status', 'ignored: status', () => valid({ keyRemoteJid: 'status@broadcast' })],
  ['a broadcast list', 'ignored: broadcast', () => valid({ keyRemoteJid: '1234567890@broadcast' })],
  ['a newsletter', 'ignored: newsletter', () => valid({ keyRemoteJid: '120363000000000000@newsletter' })],
  ['an old message', 'ignored: stale', () => valid({ messageTimestamp: Math.floor(Date.now() / 1_000) - 3_600 })],
  ['a reaction', 'ignored: reaction', () => inboundReaction({ instanceId, jid: newJid(), to: 'key', emoji: '👍' })],
  ['a message of the history', 'ignored: history', () => ({ ...valid(), data: { ...valid().data, info: { type: 'append' } } })],
  ['a contact known by a LID', 'answered', () => valid({ keyRemoteJid: '123456789012345@lid' })],
  ['content of a kind we do not know', 'answered', () => inboundEvent({ instanceId, jid: newJid() }, 'hologram', { shape: 'cube' })],
])('%s is %s', async (_, final, eventOf) => {
  const event = eventOf();
  await pipeline.publish(event);
  await othersAreAnswered();
  expect((await pipeline.tables.finals(instanceId))[event.data.keyId]).toBe(final);
});

test.each([
  ['that nobody has registered', (): Promise<string> => Promise.resolve('unheard-of'), 'ignored: unknown_instance'],
  ['without an integration', registerWithoutIntegration, 'ignored: no_integration'],
  ['that is switched off', () => pipeline.register({ url: typebot.url, publicId: 'echo', enabled: false }), 'ignored: disabled'],
])('a message to an instance %s is recorded', async (_, idOf, final) => {
  const id = await idOf();
  const event = await pipeline.say({ instanceId: id, jid }, 'hello');
  await othersAreAnswered();
  expect(await pipeline.tables.finals(id)).toEqual({ [event.data.keyId]: final });
});

test('delayed, prioritised and LIFO jobs are ingested like all others', async () => {
  const events = [valid(), valid(), valid(), valid()];
  const options = [{ delay: 3_600_000 }, { priority: 5 }, { priority: 1 }, { lifo: true }];
  for (const [index, event] of events.entries()) await pipeline.inbound.add('message', event, options[index] ?? {});
  await bothAnswered(...events);
  expect(await pipeline.inbound.getJobCountByTypes('waiting', 'delayed', 'prioritized')).toBe(0);
});

test('a delayed job is ingested even when another delayed job has no hash', async () => {
  const event = valid();
  const id = newKeyId();
  await pipeline.redis.set(`${queueKey}:${id}`, 'no hash');
  // In order of their delay, so that the valid job is moved first.
  await pipeline.redis.multi().zadd(`${queueKey}:delayed`, Number.MAX_SAFE_INTEGER, id).exec();
  await pipeline.inbound.add('message', event, { delay: 60_000 });
  await bothAnswered(event);
  expect(await pipeline.tables.deadLetters()).toMatchObject([{ reason: 'missing_data' }]);
});

test('a paused queue keeps its jobs until it is resumed, in their order', async () => {
  const chat = { instanceId, jid: newJid() };
  await pipeline.inbound.pause();
  for (const text of ['one', 'two', 'three']) await pipeline.say(chat, text);
  await looksAtPause(2);
  expect(await pipeline.inbound.getWaitingCount()).toBe(3);
  await pipeline.inbound.resume();
  await waitUntil(() => atLeast(3, pipeline.consumer.textsTo(instanceId, chat.jid)), { what: 'three replies' });
  expect(pipeline.consumer.textsTo(instanceId, chat.jid)).toEqual(['started by one', 'heard two', 'heard three']);
});

test('the logs contain no words of contacts, bots or operators', () => {
  const lines = pipeline.logs.map((line) => JSON.stringify(line)).join('\n');
  expect(lines).toContain('turn.done');
  expect(lines).not.toMatch(/hello|started by|Ana|@s\.whatsapp\.net|5531999/);
});

let chats = 0;

/** Each event has a separate chat. */
function newJid(): string {
  return `55318${String((chats += 1)).padStart(8, '0')}@s.whatsapp.net`;
}

/** Waits until the inbound reader has checked that many times whether its queue is paused. */
async function looksAtPause(times: number): Promise<void> {
  const monitor = await pipeline.redis.duplicate().monitor();
  let looks = 0;
  monitor.on('monitor', (_: string, [command, key]: string[]) => {
    if (command?.toLowerCase() === 'hexists' && key === `${queueKey}:meta`) looks += 1;
  });
  try {
    await waitUntil(() => looks >= times, { what: 'the inbound reader to check the pause' });
  } finally {
    monitor.disconnect();
  }
}

/** A contact who writes after all of it is answered. */
async function othersAreAnswered(): Promise<void> {
  const event = valid({ content: { text: 'and me?' } });
  await pipeline.publish(event);
  await bothAnswered(event);
}

async function bothAnswered(...events: InboundEvent[]): Promise<void> {
  for (const { data } of events) {
    await waitUntil(() => atLeast(1, pipeline.consumer.repliesTo(instanceId, data.keyRemoteJid)), {
      what: `a reply to ${data.keyRemoteJid}`,
      timeoutMs: 8_000,
    });
  }
  await pipeline.tables.handled(instanceId, 1);
}

function atLeast<T>(count: number, list: T[]): T[] | null {
  return list.length >= count ? list : null;
}

async function registerWithoutIntegration(): Promise<string> {
  await pipeline.database.sql`insert into instances (instance_id, business_id) values ('bare', 'business-1')`;
  return 'bare';
}

function nested(levels: number): Record<string, unknown> {
  return levels === 0 ? { text: 'hello' } : { in: nested(levels - 1) };
}
