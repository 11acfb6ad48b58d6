import { connect } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { waitUntil } from '../wait-until.ts';
import { askText, goTo, text } from './blocks.ts';
import { chatWith } from './chat.ts';
import { startFakeTypebot } from './fake-typebot.ts';
import type { FakeTypebot } from './fake-typebot.ts';
import { moods } from './moods.ts';
import type { Mood, MoodFor } from './moods.ts';

const closings: (() => Promise<void>)[] = [];
afterEach(async () => {
  await Promise.all(closings.splice(0).map((close) => close()));
});

/** A session of a bot that echoes, with `mood` for its next message. */
async function inMood(mood: Mood): Promise<{ fake: FakeTypebot; sessionId: string }> {
  const script = { variables: ['said'], groups: { A: [text('?'), askText({ save: 'said' }), text('{{said}}'), goTo('A')] } };
  const fake = await startFakeTypebot({ bots: { echo: script } });
  closings.push(fake.close);
  const { sessionId } = await chatWith(fake.url).startChat('echo');
  fake.nextMood(mood, { sessionId });
  return { fake, sessionId };
}

function say(fake: FakeTypebot, sessionId: string, message: string, init: RequestInit = {}) {
  return fetch(`${fake.url}/api/v1/sessions/${sessionId}/continueChat`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ message }),
    ...init,
  });
}

/** Says it, and hangs up as soon as it was heard. */
async function sayAndLeave(fake: FakeTypebot, sessionId: string, message: string) {
  const leaving = new AbortController();
  const saying = say(fake, sessionId, message, { signal: leaving.signal });
  const ended = saying.then(
    () => 'answered',
    (error: unknown) => (error instanceof Error ? error.name : error),
  );
  await waitUntil(() => heardLast(fake).message === message, { what: `'${message}' to be heard` });
  leaving.abort();
  expect(await ended).toBe('AbortError');
}

function heardLast(fake: FakeTypebot) {
  const heard = fake.heard.at(-1);
  if (!heard) throw new Error('nothing was heard');
  return heard;
}

test.each<[string, Mood, number, string | RegExp]>([
  ['an error of Typebot', moods.internalError({ defined: true }), 500, /^\{"defined":true,.*"Internal server error"\}$/],
  ['an unexpected error', moods.internalError({ defined: false }), 500, /^\{"defined":false,/],
  ['a closed bot', moods.botClosed('Estamos fechados.'), 400, /"Estamos fechados\."/],
  ['a proxy without Typebot', moods.badGateway(), 502, /^<html>/],
  ['too many requests', moods.tooManyRequests('7'), 429, ''],
  ['unavailability', moods.unavailable('120'), 503, ''],
  ['a login page', moods.htmlWithStatus200(), 200, /^<!doctype html>/],
  ['an empty answer', moods.emptyWithStatus200(), 200, ''],
  ['JSON of another service', moods.otherJsonWithStatus200(), 200, '{"status":"ok","messages":"none"}'],
])('%s is shown once, without a word reaching the flow', async (_, mood, status, body) => {
  const { fake, sessionId } = await inMood(mood);
  const answer = await say(fake, sessionId, 'oi');
  expect(answer.status).toBe(status);
  expect(await answer.text()).toMatch(typeof body === 'string' ? new RegExp(`^${body.replace(/[{}"]/g, '\\$&')}$`) : body);
  expect(heardLast(fake)).toMatchObject({ processed: false, status, reply: null });
  expect((await say(fake, sessionId, 'oi')).status).toBe(200);
  fake.assertClean();
});

test('Retry-After is sent unchanged', async () => {
  const { fake, sessionId } = await inMood(moods.unavailable('120'));
  expect((await say(fake, sessionId, 'oi')).headers.get('retry-after')).toBe('120');
});

test('an error after processing leaves the flow advanced', async () => {
  const { fake, sessionId } = await inMood({ ...moods.badGateway(), processed: true });
  expect((await say(fake, sessionId, 'oi')).status).toBe(502);
  expect(heardLast(fake)).toMatchObject({ processed: true, status: 502, reply: { messages: [{ id: 'b-A-2' }, { id: 'b-A-0' }] } });
  expect(fake.sessions.get(sessionId)?.variables).toEqual({ said: 'oi' });
});

test.each([
  ['nothing', { type: 'raw', text: '' }, false],
  ['bytes that are no HTTP', { type: 'raw', text: 'smtp ready', processed: true }, true],
  ['a head, letter by letter, that never ends', { type: 'raw', text: 'HTTP/1.1 200 OK\r\nx: y', everyMs: 1, processed: true }, true],
] satisfies [string, Mood, boolean][])('%s instead of an answer ends the connection', async (_, mood, processed) => {
  const { fake, sessionId } = await inMood(mood);
  await expect(say(fake, sessionId, 'oi')).rejects.toThrow('fetch failed');
  expect(heardLast(fake)).toMatchObject({ processed, status: null });
  expect((await say(fake, sessionId, 'oi')).status).toBe(200);
  fake.assertClean();
});

test('a lost session stays lost', async () => {
  const { fake, sessionId } = await inMood(moods.sessionLost());
  expect([(await say(fake, sessionId, 'oi')).status, (await say(fake, sessionId, 'oi')).status]).toEqual([404, 404]);
});

test('a redirect points to itself or to the given address, and the fake does not follow it', async () => {
  const { fake, sessionId } = await inMood({ type: 'redirect', status: 307, to: 'itself' });
  const turned = await say(fake, sessionId, 'oi', { redirect: 'manual' });
  expect([turned.status, turned.headers.get('location')]).toEqual([307, `/api/v1/sessions/${sessionId}/continueChat`]);
  fake.nextMood({ type: 'redirect', status: 302, to: new URL('http://127.0.0.1:9/canary') });
  expect((await say(fake, sessionId, 'oi', { redirect: 'manual' })).headers.get('location')).toBe('http://127.0.0.1:9/canary');
  expect(fake.heard.slice(1).map(({ processed }) => processed)).toEqual([false, false]);
});

test('a hanging request is busy until the client hangs up', async () => {
  const { fake, sessionId } = await inMood({ type: 'hang' });
  await sayAndLeave(fake, sessionId, 'oi');
  await waitUntil(() => heardLast(fake).endedAt, { what: 'the hanging request to end' });
  expect(heardLast(fake)).toMatchObject({ processed: false, status: null });
  expect((await say(fake, sessionId, 'oi')).status).toBe(200);
  fake.assertClean();
});

test('a hanging request that is busy longer than the client waits makes the next one a violation', async () => {
  const { fake, sessionId } = await inMood({ type: 'hang', processed: true, busyMs: 60_000 });
  await sayAndLeave(fake, sessionId, 'oi');
  expect((await say(fake, sessionId, 'oi again')).status).toBe(500);
  expect(() => fake.assertClean()).toThrow('got "oi again"');
  expect(fake.sessions.get(sessionId)?.variables).toEqual({ said: 'oi' });
});

test('a delayed request is processed even when the client has disconnected', async () => {
  const { fake, sessionId } = await inMood({ type: 'delay', ms: 500 });
  await sayAndLeave(fake, sessionId, 'oi');
  expect(heardLast(fake).processed).toBe(false);
  await waitUntil(() => heardLast(fake).processed, { what: 'the delayed request to be processed' });
  expect(fake.sessions.get(sessionId)?.variables).toEqual({ said: 'oi' });
});

test('a server that keeps working after its answer is busy', async () => {
  const { fake, sessionId } = await inMood({ type: 'keepWorking', ms: 500 });
  expect((await say(fake, sessionId, 'oi')).status).toBe(200);
  expect((await say(fake, sessionId, 'too early')).status).toBe(500);
  await waitUntil(() => fake.heardIn(sessionId).every(({ endedAt }) => endedAt !== null), { what: 'the work to end' });
  expect((await say(fake, sessionId, 'now')).status).toBe(200);
  expect(fake.violations).toHaveLength(1);
});

test('a start that keeps working keeps its session busy', async () => {
  const { fake } = await inMood({ type: 'keepWorking', ms: 1 });
  fake.nextMood({ type: 'keepWorking', ms: 60_000 }, { kind: 'start' });
  const { sessionId } = await chatWith(fake.url).startChat('echo');
  expect((await say(fake, sessionId, 'too early')).status).toBe(500);
});

test.each<[string, Mood, boolean]>([
  ['before reading', { type: 'reset', at: 'beforeReading' }, false],
  ['after reading', { type: 'reset', at: 'afterReading' }, false],
  ['after processing', { type: 'reset', at: 'afterProcessing' }, true],
])('a reset %s ends in a reset connection', async (_, mood, processed) => {
  const { fake, sessionId } = await inMood(mood);
  const { code } = await postRaw(fake, sessionId, 'oi');
  expect(code).toBe('ECONNRESET');
  expect(heardLast(fake)).toMatchObject({ processed, status: null });
  expect((await say(fake, sessionId, 'again')).status).toBe(200);
  fake.assertClean();
});

test('truncated JSON ends well-formed as HTTP', async () => {
  const { fake, sessionId } = await inMood({ type: 'truncate', at: 'json' });
  const body = await (await say(fake, sessionId, 'oi')).text();
  expect(body).toMatch(/^\{"messages":/);
  expect(() => JSON.parse(body)).toThrow(SyntaxError);
  expect(heardLast(fake)).toMatchObject({ processed: true, status: 200 });
});

test.each<[Mood & { type: 'truncate' }]>([[{ type: 'truncate', at: 'contentLength' }], [{ type: 'truncate', at: 'chunk' }]])(
  'an answer cut at its $at breaks off after a good head',
  async (mood) => {
    const { fake, sessionId } = await inMood(mood);
    const answer = await say(fake, sessionId, 'oi');
    expect(answer.status).toBe(200);
    await expect(answer.text()).rejects.toThrow('terminated');
    expect(heardLast(fake).processed).toBe(true);
  },
);

test('a slow answer arrives complete, and the session is free before that', async () => {
  const { fake, sessionId } = await inMood({ type: 'drip', bytes: 100, everyMs: 20 });
  const answer = await say(fake, sessionId, 'oi');
  expect(heardLast(fake).endedAt).not.toBeNull();
  expect(await answer.json()).toMatchObject({ input: { type: 'text input' } });
});

test('a huge answer is valid and huge', async () => {
  const { fake, sessionId } = await inMood(moods.hugeBody());
  const body = await (await say(fake, sessionId, 'oi')).text();
  expect(body.length).toBeGreaterThan(10_000_000);
  expect(JSON.parse(body)).toHaveProperty('messages');
});

test('moods apply to matching requests, in the order they were queued', async () => {
  const { fake, sessionId } = await inMood({ type: 'answer', status: 501, body: '' });
  fake.nextMood({ type: 'answer', status: 502, body: '' }, { text: 'two' }, 2);
  const statuses: number[] = [];
  for (const message of ['two', 'two', 'one', 'two', 'two']) statuses.push((await say(fake, sessionId, message)).status);
  expect(statuses).toEqual([501, 502, 200, 502, 200]);
  expect(fake.moodsLeft()).toBe(0);
});

test.each<[string, MoodFor, number[]]>([
  ['its bot', { publicId: 'other' }, [200, 200, 502]],
  ['its kind', { kind: 'start' }, [502, 200, 200]],
  ['its session', { sessionId: 'x' }, [200, 200, 200]],
])('a mood is for %s only', async (_, fits, expected) => {
  const { fake, sessionId } = await inMood({ type: 'keepWorking', ms: 0 });
  await say(fake, sessionId, 'first');
  await waitUntil(() => heardLast(fake).endedAt, { what: 'the first to end' });
  fake.setBot('other', { groups: { A: [text('?'), askText()] } });
  const other = await chatWith(fake.url).startChat('other');
  fake.nextMood(moods.badGateway(), fits);
  const start = () => fetch(`${fake.url}/api/v1/typebots/echo/startChat`, { method: 'POST' });
  const answers = [await start(), await say(fake, sessionId, 'oi'), await say(fake, other.sessionId, 'oi')];
  expect(answers.map(({ status }) => status)).toEqual(expected);
});

test('a permanent mood applies to every request until it is removed', async () => {
  const { fake, sessionId } = await inMood({ type: 'keepWorking', ms: 0 });
  await say(fake, sessionId, 'first');
  await waitUntil(() => heardLast(fake).endedAt, { what: 'the first to end' });
  fake.mood(({ message }) => (message === 'bad' ? moods.badGateway() : null));
  expect([(await say(fake, sessionId, 'bad')).status, (await say(fake, sessionId, 'good')).status]).toEqual([502, 200]);
  fake.mood(null);
  expect((await say(fake, sessionId, 'bad')).status).toBe(200);
});

/** Over a plain socket, because fetch hides which error it was. */
function postRaw(fake: FakeTypebot, sessionId: string, message: string): Promise<{ code: string | undefined }> {
  return new Promise((resolve) => {
    const body = JSON.stringify({ message });
    const socket = connect(Number(new URL(fake.url).port), '127.0.0.1');
    socket.on('error', (error: NodeJS.ErrnoException) => resolve({ code: error.code }));
    socket.on('end', () => resolve({ code: 'closed in order' }));
    socket.write(`POST /api/v1/sessions/${sessionId}/continueChat HTTP/1.1\r\nhost: fake\r\ncontent-type: application/json\r\n`);
    socket.write(`content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
  });
}
