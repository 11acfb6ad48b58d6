import type { BotOutcome } from '@typelane/core';
import { acknowledge } from '@typelane/db';
import { afterAll, expect, test } from 'vitest';
import { startTestApi } from './support/api.ts';
import { writes } from './support/contact.ts';
import { freshChat } from './support/tenants.ts';

const api = await startTestApi();
afterAll(() => api.stop());

const instanceId = 'transcript';
const path = `/api/v2/instance/${instanceId}/typebot-integration`;
await api.ask('POST', path, { body: { publicId: 'bot' } });

function says(text: string, input: string | null, start: boolean): BotOutcome {
  const bubble = { id: text, type: 'text', content: { type: 'richText', richText: [{ type: 'p', children: [{ text }] }] } };
  const started = start ? { typebotSessionId: 'remote-session', resultId: null, typebotId: null, typing: null } : null;
  return {
    type: 'replied',
    reply: { bubbles: [bubble], input: input === null ? null : { id: 'i', type: input }, actions: [], started, logs: [] },
  };
}

async function write(chat: string, text: string): Promise<string> {
  const { keyId, isHandled } = await writes(api, instanceId, chat, text);
  await isHandled();
  return keyId;
}

type Turn = {
  kind: string;
  final: string;
  entries: { type: string }[];
  replies: { messages: { text: string }[] }[];
  event: { data: { keyId: string } } | null;
};

test('a session tells in order what arrived, what the bot was asked, what it said and what was sent', async () => {
  const chat = freshChat();
  let asked = 0;
  api.bot((call) => says(`line ${(asked += 1)}`, 'text input', call.type === 'start'));
  const { sessionId } = (await api.ask('POST', `${path}/session`, { body: { keyRemoteJid: chat } })).body;
  const first = await write(chat, 'one');
  const second = await write(chat, 'two');

  const { status, body } = await api.ask('GET', `${path}/session/${sessionId}/transcript`);
  expect(status).toBe(200);
  expect(
    body.map(({ kind, final, entries, replies, event }: Turn) => ({
      kind,
      final,
      keyId: event?.data.keyId ?? null,
      entries: entries.map(({ type }) => type),
      texts: replies.flatMap(({ messages }) => messages.map(({ text }) => text)),
    })),
  ).toEqual([
    { kind: 'command', final: 'answered', keyId: null, entries: ['asked', 'replied'], texts: ['line 1'] },
    { kind: 'message', final: 'answered', keyId: first, entries: ['asked', 'replied'], texts: ['line 2'] },
    { kind: 'message', final: 'answered', keyId: second, entries: ['asked', 'replied'], texts: ['line 3'] },
  ]);
});

test('a reply tells whether it was sent, and what was taken back by a close is not there', async () => {
  const chat = freshChat();
  api.bot((call) => says('hello', 'text input', call.type === 'start'));
  const { sessionId } = (await api.ask('POST', `${path}/session`, { body: { keyRemoteJid: chat } })).body;
  const [dispatched] = (await api.ask('GET', `${path}/session/${sessionId}/transcript`)).body[0].replies;
  await acknowledge(api.database.sql, [{ replyId: dispatched.replyId, keyIds: ['3EB0'], failure: null }]);
  await write(chat, 'one');
  await write(chat, 'two');
  await api.ask('PATCH', `${path}/session/${sessionId}`, { body: { action: 'close' } });

  const { body } = await api.ask('GET', `${path}/session/${sessionId}/transcript`);
  expect(body.map(({ replies }: Turn) => replies)).toMatchObject([
    [{ acknowledgedAt: expect.stringMatching(/Z$/), keyIds: ['3EB0'], failure: null }],
    [{ acknowledgedAt: null, keyIds: null }],
    [],
    [],
  ]);
  expect(body[3].command).toEqual({ type: 'close', sessionId, reason: 'operator' });
  expect((await api.ask('GET', `${path}/session/${sessionId}`)).body.replies).toEqual({ decided: 2, acknowledged: 1, failed: 0 });
});

test('page by page the transcript is the same as at once', async () => {
  const chat = freshChat();
  let asked = 0;
  api.bot((call) => says(`line ${(asked += 1)}`, 'text input', call.type === 'start'));
  const { sessionId } = (await api.ask('POST', `${path}/session`, { body: { keyRemoteJid: chat } })).body;
  for (const text of ['one', 'two', 'three', 'four']) await write(chat, text);
  // Replies of commands name no message: a page must not take one that stood on the page before.
  await api.ask('PATCH', `${path}/session/${sessionId}`, { body: { action: 'pause' } });
  await api.ask('PATCH', `${path}/session/${sessionId}`, { body: { action: 'resume' } });

  const whole = (await api.ask('GET', `${path}/session/${sessionId}/transcript`)).body;
  expect(whole).toHaveLength(7);
  for (const limit of [1, 2, 3, 7]) {
    const paged: unknown[] = [];
    let next: string | null = `${path}/session/${sessionId}/transcript?limit=${limit}`;
    while (next !== null) {
      const page: Awaited<ReturnType<typeof api.ask>> = await api.ask('GET', next);
      expect(page.body.length).toBeLessThanOrEqual(limit);
      paged.push(...page.body);
      next = /^<([^>]+)>/.exec(String(page.headers['link'] ?? ''))?.[1] ?? null;
    }
    expect(paged).toEqual(whole);
  }
});

test('the next session of a chat has its own transcript and counts its own turns', async () => {
  const chat = freshChat();
  api.bot((call) => (call.type === 'start' ? says('hello', 'text input', true) : says('bye', null, false)));
  const first = (await api.ask('POST', `${path}/session`, { body: { keyRemoteJid: chat } })).body.sessionId;
  await write(chat, 'so long');
  await write(chat, 'hi again');
  const [second] = (await api.ask('GET', `${path}/session?status=open&keyRemoteJid=${encodeURIComponent(chat)}`)).body;

  const textsOf = async (sessionId: string) =>
    (await api.ask('GET', `${path}/session/${sessionId}/transcript`)).body.flatMap(({ replies }: Turn) =>
      replies.flatMap(({ messages }) => messages.map(({ text }) => text)),
    );
  expect(await textsOf(first)).toEqual(['hello', 'bye']);
  expect(await textsOf(second.sessionId)).toEqual(['hello']);

  const shown = (await api.ask('GET', `${path}/session/${first}`)).body;
  expect(shown).toMatchObject({ status: 'closed', reason: 'completed', pending: null, isAtWork: false, eventsWaiting: 0 });
  expect(shown.turns).toEqual({ answered: 2, ignored: 0, uncertain: 0, dead: 0 });
  expect(shown.replies).toEqual({ decided: 2, acknowledged: 0, failed: 0 });
});

test('the id of the remote session, which is as good as a key to it, is never shown', async () => {
  const chat = freshChat();
  api.bot((call) => says('hello', 'text input', call.type === 'start'));
  const { sessionId } = (await api.ask('POST', `${path}/session`, { body: { keyRemoteJid: chat } })).body;
  for (const action of ['close', 'open', 'pause', 'resume']) await api.ask('PATCH', `${path}/session/${sessionId}`, { body: { action } });
  const texts = await Promise.all(
    [`${path}/session`, `${path}/session/${sessionId}`, `${path}/session/${sessionId}/transcript`].map(
      async (each) => (await api.ask('GET', each)).text,
    ),
  );
  for (const text of texts) expect(text).not.toContain('remote-session');
});

test.each(['limit=0', 'cursor=abc', `cursor=${Buffer.from('[-1]').toString('base64url')}`, 'from=1'])('?%s is refused', async (query) => {
  const { sessionId } = (await api.ask('POST', `${path}/session`, { body: { keyRemoteJid: freshChat(), status: 'paused' } })).body;
  expect((await api.ask('GET', `${path}/session/${sessionId}/transcript?${query}`)).status).toBe(400);
});

test.each(['', '/transcript'])('session/<unknown>%s is a 404', async (rest) => {
  const answer = await api.ask('GET', `${path}/session/00000000-0000-4000-8000-000000000000${rest}`);
  expect(answer).toMatchObject({ status: 404, body: { code: 'SESSION_NOT_FOUND' } });
});
