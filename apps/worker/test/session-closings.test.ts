import { removeInstance, removeIntegration } from '@typelane/db';
import { type FakeTypebot, startFakeTypebot, waitUntil } from '@typelane/testkit';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Pipeline, startPipeline } from './harness.ts';
import { echoBot } from './order/echo-bot.ts';
import { inboundText } from '@typelane/testkit';

let typebot: FakeTypebot;
let pipeline: Pipeline;
let instanceId: string;

beforeEach(async () => {
  typebot = await startFakeTypebot({ bots: { echo: echoBot } });
  pipeline = await startPipeline({ typebots: [typebot.url] });
  instanceId = await pipeline.register({ url: typebot.url, publicId: 'echo' });
  const events = Array.from({ length: 120 }, (_, n) =>
    inboundText({ instanceId, jid: `55319${String(n).padStart(8, '0')}@s.whatsapp.net`, keyId: `key-${n}`, text: 'hello' }),
  );
  await pipeline.inbound.addBulk(events.map((data) => ({ name: 'message', data })));
  await waitUntil(async () => (await sessionsThatAre('open')) === 120, { what: 'the sessions to open' });
});

afterEach(async () => {
  await pipeline.close();
  await typebot.close();
});

async function sessionsThatAre(status: string): Promise<number> {
  const rows = await pipeline.database.sql`select from sessions where instance_id = ${instanceId} and status = ${status}`;
  return rows.length;
}

test('an integration that was removed has all its sessions closed by the worker, with the reason', async () => {
  await removeIntegration(pipeline.database, { scope: 'admin' }, instanceId);
  await waitUntil(async () => (await sessionsThatAre('closed')) === 120, { what: 'the sessions to close' });
  const reasons = await pipeline.database.sql`select distinct reason from sessions where instance_id = ${instanceId}`;
  expect(reasons).toEqual([{ reason: 'integration_removed' }]);
  await waitUntil(async () => (await pipeline.database.sql`select from session_closings`).length === 0, { what: 'the end of the closing' });
});

test('an instance that was removed has its sessions closed too', async () => {
  const [row] = await pipeline.database.sql<{ business_id: string }[]>`select business_id from instances where instance_id = ${instanceId}`;
  await removeInstance(pipeline.database, { scope: 'admin' }, { businessId: row?.business_id ?? '', instanceId });
  await waitUntil(async () => (await sessionsThatAre('open')) === 0, { what: 'the sessions to close' });
  expect(await sessionsThatAre('closed')).toBe(120);
});
