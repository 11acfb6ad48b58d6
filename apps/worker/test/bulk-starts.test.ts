import { randomUUID } from 'node:crypto';
import { type BulkContact, type BulkStart, changeBulkStart, createBulkStart, listBulkContacts, type NewBulkStart } from '@typelane/db';
import { askText, type FakeTypebot, startFakeTypebot, text, waitUntil } from '@typelane/testkit';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Pipeline, startPipeline } from './harness.ts';

let typebot: FakeTypebot;
let pipeline: Pipeline;
let instanceId: string;

beforeEach(async () => {
  typebot = await startFakeTypebot({ bots: { offer: { groups: { Start: [text('Hello'), askText(), text('bye')] } } } });
  pipeline = await startPipeline({ typebots: [typebot.url], workers: 0 });
  instanceId = await pipeline.register({ url: typebot.url, publicId: 'offer' });
});

afterEach(async () => {
  await pipeline.close();
  await typebot.close();
  typebot.assertClean();
});

const address = (place: number) => `55319${String(70_000_000 + place)}@s.whatsapp.net`;

function startTowards(count: number, change: Partial<NewBulkStart> = {}): Promise<BulkStart> {
  const contacts = Array.from({ length: count }, (_, i) => ({ keyRemoteJid: address(i), variables: {} }));
  const wanted = { instanceId, perMinute: 3_000, publicId: null, startMessage: null, variables: {}, force: false, contacts };
  return createBulkStart(pipeline.database, { bulkStartId: randomUUID(), ...wanted, ...change });
}

const contactsOf = ({ bulkStartId }: BulkStart): Promise<BulkContact[]> =>
  listBulkContacts(pipeline.database.sql, bulkStartId, { outcome: null, limit: 1_000, after: 0 });

const allEnded = (list: BulkStart): Promise<BulkContact[]> =>
  waitUntil(
    async () => (await contactsOf(list)).every(({ outcome }) => outcome !== 'waiting' && outcome !== 'ordered') && contactsOf(list),
    {
      what: 'the end of the list',
      timeoutMs: 20_000,
    },
  );

test('every contact of a list receives one message, even when workers are killed during the run', { timeout: 60_000 }, async () => {
  const first = await pipeline.spawnWorker();
  const list = await startTowards(60, { perMinute: 1_200 });
  await waitUntil(async () => (await contactsOf(list)).some(({ outcome }) => outcome === 'started'), { what: 'the first start' });
  await first.kill();
  await pipeline.startWorker();
  const contacts = await allEnded(list);
  expect(contacts.filter(({ outcome }) => outcome !== 'started' && outcome !== 'uncertain')).toEqual([]);
  const startedOnes = contacts.filter(({ outcome }) => outcome === 'started');
  expect(startedOnes.length).toBeGreaterThan(30);
  await pipeline.tables.acknowledged(instanceId);
  for (const { keyRemoteJid } of startedOnes) expect(pipeline.consumer.textsTo(instanceId, keyRemoteJid)).toEqual(['Hello']);
});

test('a list never runs faster than its pace, and time on hold is not caught up', { timeout: 30_000 }, async () => {
  await pipeline.startWorker();
  // One every two seconds.
  const list = await startTowards(50, { perMinute: 30 });
  await waitUntil(async () => (await contactsOf(list)).some(({ outcome }) => outcome === 'started'), { what: 'the first start' });
  await changeBulkStart(pipeline.database, list.bulkStartId, 'paused');
  const held = (await contactsOf(list)).filter(({ outcome }) => outcome !== 'waiting').length;
  // As if the list had been on hold for an hour.
  await pipeline.database.sql`update bulk_starts set next_at = now() - interval '1 hour'`;
  await pipeline.database.sql`update bulk_starts set status = 'running'`;
  await waitUntil(async () => (await contactsOf(list)).filter(({ outcome }) => outcome !== 'waiting').length > held, {
    what: 'the next start',
  });
  expect((await contactsOf(list)).filter(({ outcome }) => outcome !== 'waiting').length).toBe(held + 1);
});

test('a chat with an open session is refused with the reason, and the others are started', async () => {
  await pipeline.startWorker();
  await pipeline.say({ instanceId, jid: address(1) }, 'hi');
  await pipeline.tables.handled(instanceId, 1);
  const contacts = await allEnded(await startTowards(3));
  expect(contacts.map(({ outcome, reason }) => [outcome, reason])).toEqual([
    ['started', null],
    ['refused', 'conflict_session_open'],
    ['started', null],
  ]);
});

test('a chat that a human has taken is refused unless the list is started with force', async () => {
  await pipeline.startWorker();
  await pipeline.say({ instanceId, jid: address(0) }, 'Hello, Ana here', { fromMe: true });
  await pipeline.tables.handled(instanceId, 1);
  const [refused] = await allEnded(await startTowards(1));
  expect([refused?.outcome, refused?.reason]).toEqual(['refused', 'conflict_paused']);
  const [taken] = await allEnded(await startTowards(1, { force: true }));
  expect(taken?.outcome).toBe('started');
  const sessions = await pipeline.tables.sessions(instanceId);
  expect(sessions.map(({ status, reason }) => [status, reason])).toEqual([
    ['closed', 'replaced'],
    ['open', null],
  ]);
});
