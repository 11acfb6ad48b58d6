import type { BotCall } from '@typelane/core';
import { afterAll, beforeEach, expect, test } from 'vitest';
import { startTestApi } from './support/api.ts';
import { freshChat } from './support/tenants.ts';
import { stopsAtWebhook } from './support/worker.ts';

const api = await startTestApi();
afterAll(() => api.stop());

const path = '/api/v2/instance/webhooks/typebot-integration';
await api.ask('POST', path, { body: { publicId: 'main-bot', typebotURL: 'https://viewer.example.com' } });

const calls: BotCall[] = [];
beforeEach(() => {
  calls.length = 0;
  api.bot((call) => {
    calls.push(call);
    return stopsAtWebhook(call);
  });
});

test.each([[{ paid: true, items: [1, 'two'] }], [[1, 2]], ['text'], [0]])(
  'the outside call is delivered to the bot as it came: %j',
  async (body) => {
    const sessionId = await waitingSession();
    const answer = await api.ask('POST', `${path}/session/${sessionId}/webhook`, { text: JSON.stringify(body) });
    expect(answer).toMatchObject({ status: 200, body: { sessionId, status: 'open' } });
    expect(calls.at(-1)).toMatchObject({ type: 'continue', message: JSON.stringify({ data: body }) });
  },
);

test('a session that stands at no Webhook block refuses it', async () => {
  const sessionId = await waitingSession();
  await api.ask('POST', `${path}/session/${sessionId}/webhook`, { body: {} });
  const { status, body } = await api.ask('POST', `${path}/session/${sessionId}/webhook`, { body: {} });
  expect({ status, code: body.code }).toEqual({ status: 409, code: 'WEBHOOK_NOT_AWAITED' });
});

test('a paused session keeps the call and says so', async () => {
  const sessionId = await waitingSession();
  await api.ask('PATCH', `${path}/session/${sessionId}`, { body: { action: 'pause' } });
  const { status } = await api.ask('POST', `${path}/session/${sessionId}/webhook`, { body: { paid: true } });
  expect(status).toBe(200);
  expect(calls).toHaveLength(1);
  const detail = await api.ask('GET', `${path}/session/${sessionId}`);
  expect(detail.body.pending).toEqual({ type: 'webhookArrived', inputType: null });
  await api.ask('PATCH', `${path}/session/${sessionId}`, { body: { action: 'resume' } });
  expect(calls.at(-1)).toMatchObject({ message: '{"data":{"paid":true}}' });
});

test('a session nobody knows is not found', async () => {
  const { status } = await api.ask('POST', `${path}/session/00000000-0000-4000-8000-000000000000/webhook`, { body: {} });
  expect(status).toBe(404);
});

test('a start with force replaces the session of the chat', async () => {
  const keyRemoteJid = freshChat();
  const before = await api.ask('POST', `${path}/session`, { body: { keyRemoteJid } });
  expect((await api.ask('POST', `${path}/session`, { body: { keyRemoteJid } })).status).toBe(409);
  const after = await api.ask('POST', `${path}/session`, { body: { keyRemoteJid, force: true } });
  expect(after).toMatchObject({ status: 201, body: { status: 'open' } });
  const replaced = await api.ask('GET', `${path}/session/${before.body.sessionId}`);
  expect(replaced.body).toMatchObject({ status: 'closed', reason: 'replaced' });
});

async function waitingSession(): Promise<string> {
  const { body } = await api.ask('POST', `${path}/session`, { body: { keyRemoteJid: freshChat() } });
  return body.sessionId;
}
