import type { InboundEvent } from '@typelane/core';
import { type FakeTypebot, inboundEvent, inboundText, newKeyId, startFakeTypebot, waitUntil } from '@typelane/testkit';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { type Pipeline, startPipeline } from './harness.ts';
import { echoBot } from './order/echo-bot.ts';
import { addRaw } from './raw-job.ts';

/** An event that cannot be ingested affects nobody else: it becomes a dead letter with its reason, and all other events are ingested. */
let typebot: FakeTypebot;
let pipeline: Pipeline;
let instanceId: string;

beforeAll(async () => {
  typebot = await startFakeTypebot({ bots: { echo: echoBot } });
  pipeline = await startPipeline({ typebots: [typebot.url] });
  instanceId = await pipeline.register({ url: typebot.url, publicId: 'echo' });
});

afterAll(async () => {
  await pipeline.close();
  await typebot.close();
});

afterEach(async () => {
  checkRest();
  await pipeline.database.sql`truncate dead_letters`;
});

/** Checked after every test. */
function checkRest(): void {
  typebot.assertClean();
  expect(pipeline.consumer.breaches).toEqual([]);
}

const dataUrl = 'data:image/png;base64,AAAA';

test.each(['keyId', 'keyParticipant', 'messageId', 'pushName', 'contentType', 'source'])(
  'an event whose %s looks like a file is ingested unchanged, and everybody else is answered',
  async (field) => {
    const event = eventWith({ [field]: dataUrl });
    await pipeline.publish(event);
    await othersAreAnswered();
    expect(await storedData(event)).toMatchObject({ [field]: dataUrl });
  },
);

test('an address that looks like a file is a dead letter, and everybody else is answered', async () => {
  await pipeline.publish(eventWith({ keyRemoteJid: dataUrl }));
  await othersAreAnswered();
  expect(await pipeline.tables.deadLetters()).toMatchObject([{ reason: 'invalid_jid' }]);
});

test('words that look like a file stay words', async () => {
  const event = eventWith({ content: { body: dataUrl } });
  await pipeline.publish(event);
  await waitUntil(() => pipeline.consumer.textsTo(instanceId, event.data.keyRemoteJid).at(0), { what: 'the reply' });
  expect(pipeline.consumer.textsTo(instanceId, event.data.keyRemoteJid)).toEqual([`started by ${dataUrl}`]);
});

test.each([
  ['an error of its data', '22000'],
  ['an error that nobody has thought of', 'P0001'],
  ['an internal error', 'XX000'],
])('an event for which the database fails with %s becomes a dead letter, and the events around it keep their order', async (_, code) => {
  const jid = newJid();
  const bad = eventWith({ keyId: `refused-${newKeyId()}` });
  await refuseKeysLike('refused-%', code);
  const before = inboundText({ instanceId, jid, text: 'one' });
  const after = inboundText({ instanceId, jid, text: 'two' });
  await pipeline.publish([before, bad, after]);
  await waitUntil(() => pipeline.consumer.textsTo(instanceId, jid).length === 2, { what: 'both replies' });
  expect(pipeline.consumer.textsTo(instanceId, jid)).toEqual(['started by one', 'heard two']);
  const letters = await pipeline.tables.deadLetters();
  expect(letters).toMatchObject([{ instanceId, reason: 'unstorable' }]);
  expect(JSON.parse(letters[0]?.payload ?? '')).toMatchObject({ data: { keyId: bad.data.keyId } });
  await pipeline.database.sql`drop trigger refuses on inbox`;
});

test('while the database refuses every event none becomes a dead letter, the log names the queue, and afterwards all are answered', async () => {
  await refuseKeysLike('%', '25006');
  const event = eventWith({});
  const from = pipeline.logs.length;
  await pipeline.publish(event);
  const failures = () => pipeline.logs.slice(from).filter(({ msg }) => msg === 'ingest.failed');
  await waitUntil(() => failures().length >= 2, { what: 'two attempts' });
  expect(failures()[0]).toMatchObject({ queueKey: `${pipeline.prefix}:inbound` });
  await pipeline.database.sql`drop trigger refuses on inbox`;
  await waitUntil(() => pipeline.consumer.repliesTo(instanceId, event.data.keyRemoteJid).length === 1, { what: 'the reply' });
  expect(await pipeline.tables.deadLetters()).toEqual([]);
});

test('a job whose own id is too long for an index is a dead letter, and everybody else is answered', async () => {
  const id = Array.from({ length: 4_000 }, () => Math.random().toString(36).at(-1)).join('');
  await addRaw(pipeline.redis, `${pipeline.prefix}:inbound`, id, 'no JSON');
  await othersAreAnswered();
  expect(await pipeline.tables.deadLetters()).toMatchObject([{ reason: 'invalid_json', payload: 'no JSON' }]);
});

test('five hundred malformed events of one tenant are each stored and reported in one statement', async () => {
  const bad = Array.from({ length: 500 }, (_, n) => ({ n, instance: { instanceId } }));
  await pipeline.publish(bad);
  await othersAreAnswered();
  const letters = await pipeline.tables.deadLetters();
  expect(letters).toHaveLength(500);
  expect(new Set(letters.map(({ payload }) => payload)).size).toBe(500);
  const [row] = await pipeline.database.sql`
    select (select count(distinct xmin::text)::int from dead_letters) as statements,
      (select count(distinct data ->> 'deadLetterId')::int from session_events where data ->> 'reason' = 'invalid_event') as told`;
  expect(row).toEqual({ statements: 1, told: 500 });
});

let chats = 0;

function newJid(): string {
  return `55319${String((chats += 1)).padStart(8, '0')}@s.whatsapp.net`;
}

function eventWith(data: Partial<InboundEvent['data']>): InboundEvent {
  const event = inboundEvent({ instanceId, jid: newJid() }, 'text', { text: 'hello' });
  return { ...event, data: { ...event.data, ...data } };
}

/** The next one to write is answered. */
async function othersAreAnswered(): Promise<void> {
  const event = eventWith({});
  await pipeline.publish(event);
  await waitUntil(() => pipeline.consumer.repliesTo(instanceId, event.data.keyRemoteJid).length === 1, {
    what: 'a reply to somebody else',
    timeoutMs: 8_000,
  });
}

async function storedData(event: InboundEvent): Promise<unknown> {
  const [row] = await pipeline.database.sql`
    select i.event -> 'data' as data from inbox i join conversations c using (conversation_id)
    where c.instance_id = ${instanceId} and c.jid = ${event.data.keyRemoteJid}`;
  return row?.['data'];
}

/** The database fails with this error for every event whose key id matches. */
async function refuseKeysLike(pattern: string, code: string): Promise<void> {
  const { sql } = pipeline.database;
  await sql.unsafe(`
    create or replace function refuse() returns trigger language plpgsql as $$
    begin if new.key_id like '${pattern}' then raise exception 'refused by the test' using errcode = '${code}'; end if; return new; end $$;
    create trigger refuses before insert on inbox for each row execute function refuse()`);
}
