import type { BotCall } from '@typelane/core';
import { afterAll, beforeEach, expect, test } from 'vitest';
import { startTestApi } from './support/api.ts';
import { freshChat } from './support/tenants.ts';
import { asksForText } from './support/worker.ts';

const api = await startTestApi();
const hasty = await startTestApi({ settleTimeoutMs: 50 });
afterAll(async () => {
  await api.stop();
  await hasty.stop();
});

const path = '/api/v2/instance/start/typebot-integration';
for (const each of [api, hasty]) await each.ask('POST', path, { body: { publicId: 'main-bot', typebotURL: 'https://viewer.example.com' } });
beforeEach(() => api.bot(asksForText));

const start = (body: unknown, at = api) => at.ask('POST', `${path}/session`, { body });

test('the bot is started towards a chat and its session is open when the answer comes', async () => {
  const { status, body } = await start({ keyRemoteJid: '5531977777777@c.us' });
  expect(status).toBe(201);
  expect(body).toMatchObject({ keyRemoteJid: '5531977777777@s.whatsapp.net', status: 'open', instanceInstanceId: 'start', reason: null });
  const [sent] = await api.database.sql<
    { reply: { to: string } }[]
  >`select reply from outbox where reply ->> 'sessionId' = ${body.sessionId}`;
  expect(sent?.reply).toMatchObject({ to: expect.any(String), messages: [{ type: 'text' }] });
});

test('the bot is told which bot, which variables and what the contact would have said', async () => {
  const calls: BotCall[] = [];
  api.bot((call) => {
    calls.push(call);
    return {
      type: 'replied',
      reply: {
        bubbles: [],
        input: { id: 'i', type: 'text input' },
        actions: [],
        logs: [],
        started: call.type === 'start' ? { typebotSessionId: 't', resultId: null, typebotId: null, typing: null } : null,
      },
    };
  });
  const { status } = await start({
    keyRemoteJid: freshChat(),
    publicId: 'other-bot',
    variables: { plan: 'gold' },
    startMessage: 'I want gold',
  });
  expect(status).toBe(201);
  expect(calls).toEqual([
    expect.objectContaining({
      type: 'start',
      typebotURL: 'https://viewer.example.com',
      publicId: 'other-bot',
      variables: expect.objectContaining({ plan: 'gold', instanceInstanceId: 'start' }),
    }),
    expect.objectContaining({ type: 'continue', message: 'I want gold' }),
  ]);
});

test('a chat is taken from the bot before it ever wrote', async () => {
  api.bot(() => {
    throw new Error('the bot was asked');
  });
  const { status, body } = await start({ keyRemoteJid: freshChat(), status: 'paused' });
  expect(status).toBe(201);
  expect(body).toMatchObject({ status: 'paused', reason: 'operator' });
  expect((await api.ask('GET', `${path}/session/${body.sessionId}`)).body).toMatchObject({ pending: null, replies: { decided: 0 } });
});

test('a chat with an open or paused session gets no second one', async () => {
  const chat = freshChat();
  await start({ keyRemoteJid: chat, status: 'paused' });
  const { status, body } = await start({ keyRemoteJid: chat });
  expect(status).toBe(409);
  expect(body).toMatchObject({ code: 'SESSION_CONFLICT', message: [expect.stringMatching(/a session that is paused: `force` closes/)] });
});

test('of two starts at once towards a chat one is a conflict', async () => {
  const chat = freshChat();
  const both = await Promise.all([start({ keyRemoteJid: chat }), start({ keyRemoteJid: chat })]);
  expect(both.map(({ status }) => status).toSorted()).toEqual([201, 409]);
});

test('an instance without a bot starts none', async () => {
  const { status, body } = await api.ask('POST', '/api/v2/instance/nobody/typebot-integration/session', {
    body: { keyRemoteJid: freshChat() },
  });
  expect(status).toBe(404);
  expect(body.code).toBe('INTEGRATION_NOT_FOUND');
});

test('a disabled integration starts no bot, but a chat can be taken away from it', async () => {
  const other = '/api/v2/instance/disabled/typebot-integration';
  await api.ask('POST', other, { body: { publicId: 'bot', enabled: false } });
  expect((await api.ask('POST', `${other}/session`, { body: { keyRemoteJid: freshChat() } })).body.code).toBe('INTEGRATION_DISABLED');
  expect((await api.ask('POST', `${other}/session`, { body: { keyRemoteJid: freshChat(), status: 'paused' } })).status).toBe(201);
});

test('a bot that refuses is a 409 with its reason, since another try would not change it, and no session stays open', async () => {
  api.bot(() => ({ type: 'refused', cause: 'bot_refused: Typebot not found', status: 404 }));
  const chat = freshChat();
  const { status, body, headers } = await start({ keyRemoteJid: chat });
  expect(status).toBe(409);
  expect(body).toMatchObject({ code: 'BOT_REFUSED', message: [expect.stringMatching(/^The bot did not start: `/)] });
  expect(headers['retry-after']).toBeUndefined();
  const sessions = (await api.ask('GET', `${path}/session?keyRemoteJid=${encodeURIComponent(chat)}`)).body;
  expect(sessions).toMatchObject([{ status: 'closed', reason: 'error' }]);
});

test('a bot that loses what was begun is a 503 that may be tried again', async () => {
  api.bot(() => ({ type: 'sessionLost', cause: 'session_not_found' }));
  const { status, body, headers } = await start({ keyRemoteJid: freshChat() });
  expect(status).toBe(503);
  expect(body).toMatchObject({ error: 'Service Unavailable', code: 'BOT_UNAVAILABLE', message: [expect.stringContaining('session_lost')] });
  expect(Number(headers['retry-after'])).toBeGreaterThan(0);
});

test('a start that nobody carries out yet is a 202 with the session as it was ordered, under the id it will have', async () => {
  const resume = hasty.haltWorker();
  const { status, body } = await start({ keyRemoteJid: freshChat() }, hasty);
  expect(status).toBe(202);
  expect(body).toMatchObject({ status: 'open', reason: 'ordered', instanceInstanceId: 'start' });
  resume();
  await expect.poll(async () => (await hasty.ask('GET', `${path}/session/${body.sessionId}`)).status).toBe(200);
});

test('a start whose bot has not answered yet is a 202 with the current session', async () => {
  const answered = Promise.withResolvers<void>();
  hasty.bot(async (call) => {
    await answered.promise;
    return asksForText(call);
  });
  const { status, body } = await start({ keyRemoteJid: freshChat() }, hasty);
  expect(status).toBe(202);
  expect(body).toMatchObject({ status: 'open' });
  expect((await hasty.ask('GET', `${path}/session/${body.sessionId}`)).body).toMatchObject({ isAtWork: true, pending: null });
  answered.resolve();
  await expect
    .poll(async () => (await hasty.ask('GET', `${path}/session/${body.sessionId}`)).body.pending)
    .toEqual({ type: 'input', inputType: 'text input' });
});

test.each([
  [{}, '`keyRemoteJid` is required'],
  [{ keyRemoteJid: '5531999999999' }, /^`keyRemoteJid` must be the WhatsApp address of a person or group/],
  [{ keyRemoteJid: 'status@broadcast' }, /^`keyRemoteJid` must be the WhatsApp address of a person or group/],
  [{ keyRemoteJid: '5531999999999@s.whatsapp.net', status: 'closed' }, '`status` must be `open` or `paused`, but got "closed"'],
  [{ keyRemoteJid: '5531999999999@s.whatsapp.net', variables: { a: 1 } }, '`variables.a` must be text, but got 1'],
  [{ keyRemoteJid: '5531999999999@s.whatsapp.net', startMessage: '' }, '`startMessage` must be text of at least 1 character, but got ""'],
  [
    { keyRemoteJid: '5531999999999@s.whatsapp.net', variables: Object.fromEntries(Array.from({ length: 51 }, (_, n) => [`v${n}`, ''])) },
    '`variables` must be an object of at most 50 fields, but got an object of 51 fields',
  ],
  [{ keyRemoteJid: '5531999999999@s.whatsapp.net', token: 'hunter2' }, '`token` is not a known field'],
])('%j is refused', async (body, sentence) => {
  const answer = await start(body);
  expect(answer.status).toBe(400);
  expect(answer.body.message).toEqual([typeof sentence === 'string' ? sentence : expect.stringMatching(sentence)]);
});
