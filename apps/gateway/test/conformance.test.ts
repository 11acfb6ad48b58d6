import { randomUUID } from 'node:crypto';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { kinds } from '../src/kinds/index.ts';
import { startTestGateway, textDraft, waitUntil } from './harness.ts';
import { rigs } from './rigs/index.ts';

const gateway = await startTestGateway(rigs.map(({ host }) => host));
afterAll(() => Promise.all(rigs.map((rig) => rig.close())));

test('every kind is in this suite, and says when and from what its capabilities are known', () => {
  expect(rigs.map(({ kind }) => kind).toSorted()).toEqual(kinds.map(({ name }) => name).toSorted());
  for (const { capabilities } of kinds) {
    expect(capabilities.asOf).toMatch(/^20\d\d-\d\d-\d\d$/);
    expect(capabilities.source).not.toBe('');
  }
});

describe.each(rigs)('$kind', (rig) => {
  let instanceId: string;
  let url: string;
  const kind = kinds.find(({ name }) => name === rig.kind);
  const say = (text: string, id: string = `3EB0${randomUUID()}`) => rig.deliverText(url, { id, from: rig.contact, text, name: 'Ana' });

  beforeEach(async () => {
    ({ instanceId, webhookURL: url } = await gateway.channel(rig.kind, rig.settings));
    rig.fault(() => null);
    rig.sent.length = 0;
  });

  test("a contact's text is on the inbound queue when the gateway hears 200", async () => {
    expect(await say('Olá, é a Ana ☕', '3EB0C127')).toBe(200);
    expect(await gateway.inbound(instanceId)).toMatchObject([
      { event: 'messages.upsert', instance: { instanceId }, data: { keyId: '3EB0C127', keyRemoteJid: rig.contact, pushName: 'Ana' } },
    ]);
    expect(JSON.stringify(await gateway.inbound(instanceId))).toContain('Olá, é a Ana ☕');
    expect(gateway.log()).not.toContain('Olá');
  });

  test('a webhook that comes again is one event', async () => {
    for (let time = 0; time < 3; time += 1) expect(await say('oi', '3EB0AGAIN')).toBe(200);
    expect(await gateway.inbound(instanceId)).toHaveLength(1);
  });

  test.runIf(rig.deliverBatch)('texts in one webhook keep their order', async () => {
    const messages = ['one', 'two', 'three'].map((text) => ({ id: `3EB0-${text}`, from: rig.contact, text }));
    expect(await rig.deliverBatch?.(url, messages)).toBe(200);
    expect((await gateway.inbound(instanceId)).map(({ data }) => data.keyId)).toEqual(messages.map(({ id }) => id));
  });

  test('a webhook address may have more at its end', async () => {
    expect(await rig.deliverText(`${url}/messages-upsert`, { id: '3EB0SUFFIX', from: rig.contact, text: 'oi', name: 'Ana' })).toBe(200);
    expect(await gateway.inbound(instanceId)).toHaveLength(1);
  });

  test('what nobody knows is answered with 200, counted, and changes nothing', async () => {
    expect(await rig.deliverUnknown(url)).toBe(200);
    expect(await gateway.metrics()).toMatch(
      new RegExp(`typelane_gateway_webhooks_total\\{kind="${rig.kind}",outcome="none_of_ours"\\} [1-9]`),
    );
    expect(await gateway.inbound(instanceId)).toEqual([]);
  });

  test('an address with another token is refused', async () => {
    expect(await rig.deliverText(url.replace(/[^/]+$/, randomUUID()), { id: 'x', from: rig.contact, text: 'oi', name: 'Ana' })).toBe(401);
    expect(await gateway.inbound(instanceId)).toEqual([]);
  });

  test.runIf(rig.deliverForged)('a webhook signed with another secret is refused and counted', async () => {
    expect(await rig.deliverForged?.(url)).toBe(401);
    expect(await gateway.inbound(instanceId)).toEqual([]);
    expect(await gateway.metrics()).toContain(`typelane_gateway_webhooks_total{kind="${rig.kind}",outcome="bad_signature"}`);
  });

  test('a reply goes out in order, and its receipt has the ids of WhatsApp', async () => {
    const job = await gateway.reply(instanceId, rig.contact, ['one', 'two', 'three'].map(textDraft));
    expect(await gateway.outcome(job)).toEqual({ keyIds: rig.sent.map(({ id }) => id) });
    expect(rig.sent.map(({ text }) => text)).toEqual(['one', 'two', 'three']);
    expect(rig.sent.every(({ to }) => rig.contact.startsWith(to.split('@')[0] ?? '-'))).toBe(true);
  });

  test('every type of message goes out as the gateway takes it, choices as buttons only where they show', async () => {
    const pace = { typingMs: 0, waitMs: 0 };
    const file = 'https://files.example.com/a';
    const rows = [{ id: 'row-1', title: 'A', description: null }];
    const job = await gateway.reply(instanceId, rig.contact, [
      textDraft('text'),
      { type: 'image', ...pace, url: `${file}.png`, caption: 'picture' },
      { type: 'video', ...pace, url: `${file}.mp4`, caption: null },
      { type: 'audio', ...pace, url: `${file}.ogg`, voice: true },
      { type: 'document', ...pace, url: `${file}.pdf`, fileName: 'a.pdf', mimeType: 'application/pdf', caption: null },
      {
        type: 'buttons',
        ...pace,
        body: 'Go on?',
        header: null,
        footer: null,
        buttons: [{ id: 'yes', title: 'Yes' }],
        fallbackText: 'Go on?\n1. Yes',
      },
      {
        type: 'list',
        ...pace,
        body: 'Which?',
        button: 'Open',
        footer: null,
        sections: [{ title: 'All', rows }],
        fallbackText: 'Which?\n1. A',
      },
    ]);
    expect(await gateway.outcome(job)).toMatchObject({ keyIds: expect.any(Array) });
    expect(rig.sent).toHaveLength(7);
    const [, , , , , buttons, list] = rig.sent;
    expect(buttons?.text === 'Go on?\n1. Yes').toBe(kind?.capabilities.buttons === false);
    expect(list?.text === 'Which?\n1. A').toBe(kind?.capabilities.lists === false);
  });

  test('a gateway that says "too many" is asked again later, and the contact sees the message once', async () => {
    rig.fault((attempt) => (attempt <= 2 ? rig.tooMany : null));
    const job = await gateway.reply(instanceId, rig.contact, [textDraft('patience')]);
    expect(await gateway.outcome(job)).toMatchObject({ keyIds: [expect.any(String)] });
    expect(rig.sent.map(({ text }) => text)).toEqual(['patience']);
  });

  test('a connection that breaks before anything was sent delays the message only', async () => {
    rig.fault((attempt) => (attempt === 1 ? { type: 'reset' } : null));
    const job = await gateway.reply(instanceId, rig.contact, [textDraft('again')]);
    expect(await gateway.outcome(job)).toMatchObject({ keyIds: [expect.any(String)] });
    expect(rig.sent.map(({ text }) => text)).toEqual(['again']);
  });

  test.runIf(rig.survivesLostAnswers)('a send whose answer is lost reaches the contact once', async () => {
    rig.fault((attempt) => (attempt === 1 ? { type: 'resetAfter' } : null));
    const job = await gateway.reply(instanceId, rig.contact, [textDraft('once')]);
    expect(await gateway.outcome(job)).toEqual({ keyIds: [rig.sent[0]?.id] });
    expect(rig.sent.map(({ text }) => text)).toEqual(['once']);
  });

  test('a message that is refused for good ends its reply with the words of the gateway', async () => {
    rig.fault(() => rig.refusal.answer);
    const job = await gateway.reply(instanceId, rig.contact, [textDraft('never')]);
    expect(await gateway.outcome(job)).toEqual({ failure: expect.stringContaining(rig.refusal.words) });
    expect(rig.sent).toEqual([]);
    const [row] = await waitUntil(
      () =>
        gateway.database.sql`select last_problem from channels where instance_id = ${instanceId} and last_problem is not null`.then(
          (rows) => rows.length > 0 && rows,
        ),
      { what: 'the problem on record' },
    );
    expect(row?.['last_problem']).toContain(rig.refusal.words);
  });

  test('what becomes of a sent message is on record, whatever order it is told in', async () => {
    await gateway.outcome(await gateway.reply(instanceId, rig.contact, [textDraft('sent')]));
    const [sent] = rig.sent;
    if (!sent) throw new Error('nothing was sent');
    expect(await rig.deliverStatus(url, sent, 'failed')).toBe(200);
    expect(await rig.deliverStatus(url, sent, 'delivered')).toBe(200);
    const [row] = await waitUntil(
      () =>
        gateway.database.sql`select status, reason from delivery_statuses where instance_id = ${instanceId} and key_id = ${sent.id}`.then(
          (rows) => rows.length > 0 && rows,
        ),
      { what: 'the status on record' },
    );
    expect(row?.['status']).toBe('failed');
    expect(await gateway.inbound(instanceId)).toEqual([]);
  });

  test.runIf(kind?.media)('a picture has an address at the gateway process that opens with nothing but itself', async () => {
    const bytes = Buffer.from('the bytes of a picture');
    expect(await rig.deliverImage(url, { id: '3EB0IMAGE', from: rig.contact, caption: 'look' }, bytes)).toBe(200);
    const [event] = await gateway.inbound(instanceId);
    const address = /"mediaUrl":"([^"]+)"/.exec(JSON.stringify(event))?.[1] ?? '';
    const response = await fetch(address);
    expect(response.status).toBe(200);
    expect(Buffer.from(await response.arrayBuffer())).toEqual(bytes);
    expect((await fetch(`${address.slice(0, -4)}AAAA`)).status).toBe(404);
  });
});
