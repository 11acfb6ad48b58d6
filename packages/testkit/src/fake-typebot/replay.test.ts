import { request } from 'node:http';
import { afterEach, expect, test } from 'vitest';
import { loadRecording } from '../recording.ts';
import type { Exchange } from '../recording.ts';
import { isFields } from './fields.ts';
import { startFakeTypebot } from './fake-typebot.ts';
import type { FakeTypebot } from './fake-typebot.ts';
import { recordedBots } from './recorded-bots/index.ts';

/**
 * What the real viewer said to recorded requests, and what the fake says to the same ones. Whole bodies are compared; only
 * ids made up by the server and the date of publication are left out.
 */
const closings: (() => Promise<void>)[] = [];
afterEach(async () => {
  await Promise.all(closings.splice(0).map((close) => close()));
});

test.each([
  ['buttons-matching'],
  ['errors'],
  ['events'],
  ['file-urls'],
  ['invalid-custom'],
  ['markdown-per-request'],
  ['message-forms'],
  ['no-input-continue'],
  ['origins'],
  ['prefilled'],
  ['registering'],
  ['remember'],
  ['starts-with-input'],
  ['wa-all'],
  ['wa-all.markdown'],
  ['wa-client-actions'],
  ['wa-embed-event'],
  ['wa-empty'],
  ['wa-http-fails'],
  ['wa-no-input'],
  ['wa-script'],
  ['wa-strike.markdown'],
  ['wa-strike.richText'],
])('the fake says to %s what the real viewer said', async (name) => {
  const fake = await start();
  const { said, recorded } = await replay(fake, loadRecording(name).exchanges);
  expect(said).toEqual(recorded);
  expect(fake.violations).toEqual([]);
});

test.each([['wa-rich.richText'], ['wa-rich.markdown']])('the fake greets like the real viewer in %s', async (name) => {
  // Only the start: the answer after it repeats Markdown of the contact, which the fake does not read (next test).
  const { said, recorded } = await replay(await start(), loadRecording(name).exchanges.slice(0, 1));
  expect(said).toEqual(recorded);
});

test('unlike the real viewer, the fake leaves Markdown in values as it is', async () => {
  const { exchanges } = loadRecording('wa-rich.richText');
  const fake = await start();
  const sessions = new Map<string, string>();
  await replay(fake, exchanges.slice(0, 1), sessions);
  const said = await send(fake, exchanges[1]?.request ?? noRequest, sessions);
  expect(JSON.stringify(exchanges[1]?.response.body)).toContain('{"bold":true,"text":"hey"}');
  expect(JSON.stringify(said.body)).toContain('{"text":"**hey** _you_ ~x~"}');
});

test('unlike the real viewer, the fake refuses the second of two requests at once', async () => {
  const { exchanges } = loadRecording('concurrent');
  expect(exchanges.map(({ response }) => response.status)).toEqual([200, 200, 200, 200, 200]);
  const fake = await startFakeTypebot({ bots: recordedBots, latencyMs: 200 });
  closings.push(fake.close);
  const sessions = new Map<string, string>();
  await replay(fake, exchanges.slice(0, 1), sessions);
  const answers = await Promise.all(exchanges.slice(1, 4).map((exchange) => send(fake, exchange.request, sessions)));
  expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 500, 500]);
  expect(fake.violations).toHaveLength(2);
});

test('the fake takes URLs and headers as the real viewer does', async () => {
  const { exchanges } = loadRecording('http-shapes');
  const fake = await start();
  // The answer to a message of 2 MiB was not kept whole, and it was counted: both it and what follows are left out.
  const { said, recorded } = await replay(fake, exchanges.slice(0, 8));
  expect(said).toEqual(recorded);
});

test('what is done to a bot changes nothing for its running chats, except the loss of their session', async () => {
  const { exchanges } = loadRecording('mid-session-changes');
  const fake = await start();
  const sessions = new Map<string, string>();
  const meanwhile: (() => void)[] = [
    () => undefined,
    () => fake.setBot('wa-echo', { ...recordedBots['wa-echo'], availability: 'closed' }),
    () => fake.setBot('wa-echo', recordedBots['wa-echo']),
    () => fake.setBot('wa-echo', { groups: {} }),
    () => [...sessions.values()].forEach((session) => fake.loseSession(session)),
  ];
  const parts = [exchanges.slice(0, 2), exchanges.slice(2, 4), exchanges.slice(4, 5), exchanges.slice(5, 7), exchanges.slice(7)];
  for (const [index, part] of parts.entries()) {
    meanwhile[index]?.();
    const { said, recorded } = await replay(fake, part, sessions);
    expect(said).toEqual(recorded);
  }
});

test('a message to a flow that shows nothing is never answered', async () => {
  const { exchanges } = loadRecording('hang-silent-flow');
  const fake = await start();
  const sessions = new Map<string, string>();
  await replay(fake, exchanges.slice(0, 1), sessions);
  for (const { request: recorded } of exchanges.slice(1, 3)) {
    await expect(send(fake, recorded, sessions, 100)).rejects.toThrow('no answer');
  }
});

async function start(): Promise<FakeTypebot> {
  const fake = await startFakeTypebot({ bots: recordedBots });
  closings.push(fake.close);
  return fake;
}

type Said = { request: unknown; status: number; type: string | undefined; body: unknown };

/** @param sessions recorded session and result id -> the fake's */
async function replay(fake: FakeTypebot, exchanges: readonly Exchange[], sessions = new Map<string, string>()) {
  const said: Said[] = [];
  const recorded: Said[] = [];
  for (const { request: asked, response } of exchanges) {
    const answer = await send(fake, asked, sessions);
    for (const field of ['sessionId', 'resultId']) {
      const [theirs, ours] = [idIn(response.body, field), idIn(answer.body, field)];
      if (theirs !== undefined && ours !== undefined) sessions.set(theirs, ours);
    }
    said.push({ request: asked.body, ...answer, body: withoutIds(answer.body) });
    recorded.push({
      request: asked.body,
      status: response.status,
      type: response.headers?.['content-type'],
      body: withoutIds(response.body),
    });
  }
  return { said, recorded };
}

const noRequest: Exchange['request'] = { method: 'POST', url: 'https://typebot.example.com/', headers: {}, body: undefined };

function idIn(body: unknown, field: string): string | undefined {
  const id = isFields(body) ? body[field] : undefined;
  return typeof id === 'string' ? id : undefined;
}

/** Ids must be there or not there on both sides; what they are differs. */
function withoutIds(body: unknown): unknown {
  if (!isFields(body)) return body;
  const made = Object.keys(body).filter((name) => name === 'sessionId' || name === 'resultId');
  const { typebot } = body;
  const dated = isFields(typebot) && 'publishedAt' in typebot ? { ...typebot, publishedAt: 'some day' } : typebot;
  return { ...body, ...Object.fromEntries(made.map((name) => [name, 'made up'])), typebot: dated };
}

async function send(fake: FakeTypebot, recorded: Exchange['request'], sessions: ReadonlyMap<string, string>, timeoutMs = 5_000) {
  const body = bodyOf(recorded.body, sessions);
  const path = recorded.url.replace(/^https:\/\/[^/]+/, '').replace(/(?<=\/sessions\/)[^/]+/, (id) => sessions.get(id) ?? id);
  return new Promise<{ status: number; type: string | undefined; body: unknown }>((resolve, reject) => {
    const call = request(fake.url, { method: recorded.method, path, headers: recorded.headers, agent: false }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => {
        const text = Buffer.concat(chunks).toString('utf8');
        const type = response.headers['content-type'];
        resolve({ status: response.statusCode ?? 0, type, body: type === 'application/json' ? JSON.parse(text) : text });
      });
    });
    call.setTimeout(timeoutMs, () => call.destroy(new Error('no answer')));
    call.on('error', reject);
    call.end(body);
  });
}

function bodyOf(recorded: unknown, sessions: ReadonlyMap<string, string>): string | undefined {
  if (!isFields(recorded)) return undefined;
  if (typeof recorded['raw'] === 'string') return recorded['raw'];
  const known = sessions.get(idIn(recorded, 'resultId') ?? '');
  return JSON.stringify(known === undefined ? recorded : { ...recorded, resultId: known });
}
