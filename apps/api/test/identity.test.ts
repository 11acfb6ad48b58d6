import { parseJid } from '@typelane/core';
import { conversationId, ingestEvents } from '@typelane/db';
import { wake } from '@typelane/runtime';
import { inboundText } from '@typelane/testkit';
import { afterAll, describe, expect, test } from 'vitest';
import { startTestApi } from './support/api.ts';
import { freshChat } from './support/tenants.ts';
import { asksForText, stopsAtWebhook } from './support/worker.ts';

/** An operator may name a contact as they know them, and a session stays itself whatever its contact is called. */
const api = await startTestApi();
afterAll(() => api.stop());

const instanceId = 'names';
const path = `/api/v2/instance/${instanceId}/typebot-integration/session`;
await api.ask('POST', `/api/v2/instance/${instanceId}/typebot-integration`, {
  body: { publicId: 'bot', settings: { groups: 'allow', groupConversations: 'participant' } },
});

let names = 0;
const freshLid = () => `${200_000_000_000_000 + (names += 1)}@lid`;
const known = (text: string) => {
  const jid = parseJid(text);
  if (jid === null) throw new Error(`${text} is no address`);
  return jid;
};

/** A message is taken in, and carried to its end by the worker. */
async function writes(
  from: string,
  { told = null, participant = null }: { told?: [string, string] | null; participant?: string | null } = {},
) {
  const event = inboundText({ instanceId, jid: from, text: 'hi' });
  const address = known(from);
  const { keyId } = event.data;
  const [phone, other] = told ? told.map(known) : [];
  const taken = await ingestEvents(api.database.sql, [
    {
      conversationId: conversationId(instanceId, address),
      instanceId,
      jid: address.jid,
      kind: 'message',
      fromMe: false,
      keyId,
      messageId: keyId,
      event,
      holdsReplies: false,
      address,
      participant: participant === null ? null : known(participant),
      pair: phone?.kind === 'phone' && other ? { phone, other } : null,
    },
  ]);
  await wake(api.context.converse, taken);
}

const start = (keyRemoteJid: string) => api.ask('POST', path, { body: { keyRemoteJid } });
const change = (sessionId: string, action: string) => api.ask('PATCH', `${path}/${sessionId}`, { body: { action } });
async function list(keyRemoteJid: string): Promise<string[]> {
  const { body } = await api.ask('GET', `${path}?keyRemoteJid=${encodeURIComponent(keyRemoteJid)}`);
  return body.map(({ sessionId }: { sessionId: string }) => sessionId);
}

describe('a contact whose names are known', () => {
  test('is started towards, and found, by any of them', async () => {
    const [phone, lid] = [freshChat(), freshLid()];
    await writes(phone, { told: [phone, lid] });
    await expect.poll(() => list(phone)).toHaveLength(1);
    const [sessionId = ''] = await list(phone);
    expect(await list(lid)).toEqual([sessionId]);
    expect((await start(lid)).status).toBe(409);
    await change(sessionId, 'close');
    const { status, body } = await start(lid);
    expect(status).toBe(201);
    expect(body.keyRemoteJid).toBe(phone);
    expect(await list(lid)).toEqual([body.sessionId, sessionId]);
  });

  test('is found with the sessions of before, when the names were not known', async () => {
    const [phone, lid] = [freshChat(), freshLid()];
    const { body: before } = await start(lid);
    expect(before.keyRemoteJid).toBe(lid);
    await change(before.sessionId, 'close');
    await writes(phone, { told: [phone, lid] });
    for (const name of [phone, lid]) expect(await list(name)).toContain(before.sessionId);
  });

  test('has a session of before opened again where they are heard now', async () => {
    const [phone, lid] = [freshChat(), freshLid()];
    const { body: before } = await start(lid);
    await change(before.sessionId, 'close');
    await writes(phone, { told: [phone, lid] });
    await expect.poll(() => list(phone)).toHaveLength(2);
    const now = (await list(phone)).find((sessionId) => sessionId !== before.sessionId) ?? '';
    expect((await change(now, 'close')).status).toBe(200);
    const { status, body } = await change(before.sessionId, 'open');
    expect(status).toBe(200);
    expect(body).toMatchObject({ sessionId: before.sessionId, status: 'open' });
    // And is paused there.
    expect((await change(before.sessionId, 'pause')).body).toMatchObject({ status: 'paused' });
    expect((await start(phone)).status).toBe(409);
  });
});

test.each([
  ['a number without its ninth digit', '553177770001@s.whatsapp.net', '5531977770001@s.whatsapp.net'],
  ['a number with it', '5531977770002@s.whatsapp.net', '553177770002@c.us'],
])('the sessions of %s are found by its other form', async (_what, written, asked) => {
  const { body } = await start(written);
  expect(body.keyRemoteJid).toBe(written);
  expect(await list(asked)).toEqual([body.sessionId]);
});

test('the bot is started towards a contact of the Cloud API that has no phone', async () => {
  const { status, body } = await start('BR.1502576394655843');
  expect(status).toBe(201);
  expect(body.keyRemoteJid).toBe('BR.1502576394655843');
  expect(await list('BR.1502576394655843@s.whatsapp.net')).toEqual([body.sessionId]);
});

test('of a group’s sessions the one that is named is paused', async () => {
  const group = '120363000000000000@g.us';
  await writes(group, { participant: freshChat() });
  await writes(group, { participant: freshChat() });
  await expect.poll(() => list(group)).toHaveLength(2);
  const [one = '', other = ''] = await list(group);
  expect((await change(one, 'pause')).body).toMatchObject({ sessionId: one, status: 'paused', keyRemoteJid: group });
  expect((await api.ask('GET', `${path}/${other}`)).body).toMatchObject({ status: 'open' });
});

test('of a group’s sessions the one that is named is told what its flow waits for', async () => {
  api.bot(stopsAtWebhook);
  const group = '120363000000000001@g.us';
  await writes(group, { participant: freshChat() });
  await writes(group, { participant: freshChat() });
  await expect.poll(() => list(group)).toHaveLength(2);
  const [one = '', other = ''] = await list(group);
  const told = await api.ask('POST', `${path}/${one}/webhook`, { body: { paid: true } });
  expect(told).toMatchObject({ status: 200, body: { sessionId: one } });
  const pending = async (sessionId: string) => (await api.ask('GET', `${path}/${sessionId}`)).body.pending.type;
  expect([await pending(one), await pending(other)]).toEqual(['input', 'webhook']);
  api.bot(asksForText);
});

test('what was said before a contact got another name stays in the transcript, in order', async () => {
  const [phone, lid] = [freshChat(), freshLid()];
  const { body: session } = await start(lid);
  await writes(lid);
  await expect.poll(async () => (await transcript(session.sessionId)).length).toBe(2);
  await writes(phone, { told: [phone, lid] });
  await expect.poll(async () => (await transcript(session.sessionId)).length).toBe(3);
  const { body } = await api.ask('GET', `${path}/${session.sessionId}`);
  expect(body).toMatchObject({ keyRemoteJid: phone, turns: { answered: 3 }, replies: { decided: 3 } });
  const turns = await transcript(session.sessionId);
  expect(turns.map(({ seq }) => seq)).toEqual([1, 2, 3]);
  expect(turns.map(({ replies }) => replies.length)).toEqual([1, 1, 1]);
  const { headers } = await api.ask('GET', `${path}/${session.sessionId}/transcript?limit=2`);
  const next = /<([^>]+)>/.exec(String(headers['link']))?.[1] ?? '';
  const page = await api.ask('GET', next.replace(/^https?:\/\/[^/]+/, ''));
  expect(page.body.map((turn: { seq: number; replies: unknown[] }) => [turn.seq, turn.replies.length])).toEqual([[3, 1]]);
});

async function transcript(sessionId: string): Promise<{ seq: number; replies: unknown[] }[]> {
  return (await api.ask('GET', `${path}/${sessionId}/transcript`)).body;
}
