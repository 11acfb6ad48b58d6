import { afterEach, expect, test } from 'vitest';
import { waitUntil } from '../wait-until.ts';
import {
  action,
  ask,
  askFile,
  askNumber,
  askPayment,
  askText,
  bubble,
  buttons,
  customEmbed,
  goTo,
  image,
  jump,
  listenForWebhook,
  redirect,
  requestOnClient,
  set,
  setOnClient,
  text,
  wait,
  when,
} from './blocks.ts';
import { chatWith, textsOf } from './chat.ts';
import type { Chat } from './chat.ts';
import { startFakeTypebot } from './fake-typebot.ts';
import type { FakeTypebot, FakeTypebotOptions } from './fake-typebot.ts';
import { recordedBots } from './recorded-bots/index.ts';
import type { Block, BotScript } from './script.ts';

const closings: (() => Promise<void>)[] = [];
afterEach(async () => {
  await Promise.all(closings.splice(0).map((close) => close()));
});

async function open(script: BotScript, options: Partial<FakeTypebotOptions> = {}): Promise<FakeTypebot & Chat> {
  const fake = await startFakeTypebot({ bots: { bot: script }, ...options });
  closings.push(fake.close);
  return { ...fake, ...chatWith(fake.url) };
}

const flow = (...blocks: Block[]): BotScript => ({ variables: ['x', 'y'], groups: { A: blocks } });

async function begin(bot: Chat): Promise<string> {
  const { sessionId, body } = await bot.startChat('bot');
  if (sessionId === '') throw new Error(`no session: ${JSON.stringify(body)}`);
  return sessionId;
}

/** Makes a call, and hangs up as soon as it was heard. */
async function leave(bot: FakeTypebot, call: (chat: Chat) => Promise<unknown>) {
  const before = bot.heard.length;
  const leaving = new AbortController();
  const ended = call(chatWith(bot.url, leaving.signal)).then(
    () => 'answered',
    (error: unknown) => (error instanceof Error ? error.name : error),
  );
  await waitUntil(() => bot.heard[before]?.message, { what: 'the call to be heard' });
  leaving.abort();
  expect(await ended).toBe('AbortError');
}

test('a session is gone after the answer that ends its flow', async () => {
  const bot = await open(flow(text('Name?'), askText({ save: 'x' }), text('Bye {{x}}')));
  const id = await begin(bot);
  expect(bot.sessions.get(id)).toMatchObject({ position: { group: 'A', index: 1 } });
  const last = await bot.continueChat(id, 'Ana');
  expect(textsOf(last)).toEqual(['Bye Ana']);
  expect(last.body).not.toHaveProperty('input');
  expect(bot.sessions.size).toBe(0);
  expect(await bot.continueChat(id, 'more')).toMatchObject({ status: 404, body: { message: 'Session not found.' } });
});

const apiToken = 'secret';
const look = (bot: FakeTypebot, path: string, token = apiToken) =>
  fetch(`${bot.url}/api/v1/typebots/tb-bot${path}`, { headers: { authorization: `Bearer ${token}` } });

test.each([
  ['3.18', ['Ana', 'Bia']],
  ['2.19.1', ['Bia']],
] as const)('a result of %s keeps the answers of a session, its own of each block', async (version, kept) => {
  const bot = await open(flow(text('Name?'), askText({ save: 'x' }), goTo('A')), { version, apiToken });
  const { sessionId, body } = await bot.startChat('bot');
  for (const name of ['Ana', 'Bia']) await bot.continueChat(sessionId, name);
  const answered = await look(bot, `/results/${String(body['resultId'])}`);
  const { result } = (await answered.json()) as { result: { answers: { content: string }[] } };
  expect(result).toMatchObject({ isCompleted: false, lastChatSessionId: sessionId });
  expect(result.answers.map(({ content }) => content)).toEqual(kept);
});

test('an answer is kept when the flow fails after it, and the session stays where it was', async () => {
  const bot = await open(flow(text('Name?'), askText({ save: 'x' }), askPayment({ withoutCredentials: true })), { apiToken });
  const { sessionId, body } = await bot.startChat('bot');
  expect((await bot.continueChat(sessionId, 'Ana')).status).toBe(404);
  const { result } = (await (await look(bot, `/results/${String(body['resultId'])}`)).json()) as { result: unknown };
  expect(result).toMatchObject({ answers: [{ content: 'Ana' }], isCompleted: false });
  expect(bot.sessions.get(sessionId)).toMatchObject({ position: { index: 1 } });
});

test('results and bots are shown to nobody without the token', async () => {
  const bot = await open(flow(text('Name?'), askText()), { apiToken });
  const { body } = await bot.startChat('bot');
  const path = `/results/${String(body['resultId'])}`;
  expect((await look(bot, path, 'guess')).status).toBe(401);
  expect((await look(bot, '', 'guess')).status).toBe(401);
  expect((await look(bot, '/results/none')).status).toBe(404);
  expect(await (await look(bot, '')).json()).toMatchObject({
    typebot: { id: 'tb-bot', groups: [{ blocks: [{}, { type: 'text input' }] }] },
  });
  bot.failLooks(1);
  expect((await look(bot, path)).status).toBe(503);
  expect(bot.looks.map(({ status }) => status)).toEqual([401, 401, 404, 200, 503]);
});

test('an answer after which nothing is left to run gets an empty list of messages and no other field', async () => {
  const bot = await open(flow(text('Name?'), askText()));
  expect((await bot.continueChat(await begin(bot), 'Ana')).body).toEqual({ messages: [] });
});

test('a start that was the end has no result, is replayed once, and is then gone', async () => {
  const bot = await open(flow(text('Only this')));
  const started = await bot.startChat('bot');
  expect(started.body).not.toHaveProperty('resultId');
  const id = started.sessionId;
  expect(textsOf(await bot.continueChat(id, 'oi'))).toEqual(['Only this']);
  expect((await bot.continueChat(id, 'oi')).status).toBe(404);
});

test('a start with a message is never answered when the flow shows nothing', async () => {
  const bot = await open(flow(set('x', '1')));
  await leave(bot, (chat) => chat.startChat('bot', { message: 'oi' }));
  // The fake takes one request after the other: when this one is answered, the first would have been.
  expect((await bot.startChat('bot')).status).toBe(200);
  expect(bot.heard[0]).toMatchObject({ status: null, processed: false, sessionId: null });
});

test.each([
  ['registered only', { isOnlyRegistering: true }],
  ['started, and that was the end', {}],
])('a message to a session that was %s is never answered when the flow shows nothing, and it stays busy', async (_, fields) => {
  const bot = await open(flow(set('x', '1')));
  const { sessionId } = await bot.startChat('bot', fields);
  await leave(bot, (chat) => chat.continueChat(sessionId, 'oi'));
  expect((await bot.continueChat(sessionId, 'oi')).status).toBe(500);
  expect(bot.heard[1]).toMatchObject({ status: null, endedAt: null });
  expect(() => bot.assertClean()).toThrow('"oi"');
});

test('older Typebots answer a message to a flow that shows nothing', async () => {
  const bot = await open(flow(set('x', '1')), { version: '2.26' });
  expect(await bot.startChat('bot', { message: 'oi' })).toMatchObject({ status: 200, body: { messages: [] } });
});

test('the first message answers a leading text input, not a greeting and not a choice', async () => {
  const leading = await open(flow(askText({ save: 'x' }), text('Got {{x}}'), askText()));
  expect(textsOf(await leading.startChat('bot', { message: 'oi' }))).toEqual(['Got oi']);
  const greeting = await open(flow(text('Hello'), askText({ save: 'x' })));
  expect(textsOf(await greeting.startChat('bot', { message: 'oi' }))).toEqual(['Hello']);
  const choice = await open(flow(buttons(['oi']), text('chosen')));
  expect((await choice.startChat('bot', { message: 'oi' })).body).toMatchObject({ messages: [], input: { type: 'choice input' } });
});

test('a first message that is not a valid answer gets the retry bubble, and the session waits at that input', async () => {
  const bot = await open(flow(askNumber({ save: 'x' }), text('Got {{x}}'), askText()));
  const started = await bot.startChat('bot', { message: 'oi' });
  const { sessionId } = started;
  expect(textsOf(started)).toEqual(['Invalid message. Please, try again.']);
  expect(textsOf(await bot.continueChat(sessionId, '7'))).toEqual(['Got 7']);
});

test('an invalid answer gets a bubble with the id of the input and the same input, and nothing else', async () => {
  const bot = await open(flow(text('Age?'), askNumber({ save: 'x', options: { retryMessageContent: 'A number, {{y}}please' } })));
  expect((await bot.continueChat(await begin(bot), 'old')).body).toEqual({
    messages: [
      { id: 'b-A-1', type: 'text', content: { type: 'richText', richText: [{ type: 'p', children: [{ text: 'A number, please' }] }] } },
    ],
    input: { id: 'b-A-1', type: 'number input', options: { retryMessageContent: 'A number, please', variableId: 'v78' } },
  });
});

test('a chain of actions that expect a reply is walked with one continueChat each', async () => {
  const bot = await open(flow(wait(1, { pauses: true }), setOnClient('x', 'return 42'), listenForWebhook('y'), text('x={{x}} y={{y}}')));
  const started = await bot.startChat('bot');
  expect(started.body).toMatchObject({ messages: [], clientSideActions: [{ type: 'wait', expectsDedicatedReply: true }] });
  expect(started.body).toHaveProperty('resultId');
  const id = started.sessionId;
  expect((await bot.continueChat(id)).body).toMatchObject({ messages: [], clientSideActions: [{ type: 'setVariable' }] });
  expect((await bot.continueChat(id, '42')).body).toMatchObject({ messages: [], clientSideActions: [{ type: 'listenForWebhook' }] });
  expect(textsOf(await bot.continueChat(id, '{"data":{"status":"paid"}}'))).toEqual(['x=42 y={"status":"paid"}']);
});

test('a request made by the client must be answered with JSON, and a refusal leaves the session where it is', async () => {
  const bot = await open(flow(requestOnClient({ url: 'https://example.com' }, 'x'), text('x={{x}}'), askText()));
  const id = await begin(bot);
  expect(await bot.continueChat(id, 'oops')).toMatchObject({ status: 400, body: { message: 'Provided response is not valid JSON' } });
  expect(textsOf(await bot.continueChat(id, '{"statusCode":200,"data":"ok"}'))).toEqual(['x=ok']);
});

test('an action runs after the bubble before it, or before all when there is none', async () => {
  const bot = await open(flow(redirect('https://example.com/{{x}}'), text('Hi'), image('https://example.com/a.png'), wait(2), askText()));
  const { body } = await bot.startChat('bot', { prefilledVariables: { x: 'ana' } });
  expect(body['clientSideActions']).toEqual([
    { type: 'redirect', redirect: { url: 'https://example.com/ana', isNewTab: false } },
    { type: 'wait', wait: { secondsToWaitFor: 2 }, lastBubbleBlockId: 'b-A-2' },
  ]);
});

test('a bubble that waits for an event keeps the session open without input, action or result', async () => {
  const bot = await open(flow(customEmbed('https://cal.com/ana', { save: 'x' }), text('booked {{x}}')));
  const { body, sessionId } = await bot.startChat('bot');
  expect(Object.keys(body).toSorted()).toEqual(['messages', 'sessionId', 'typebot']);
  expect(textsOf(await bot.continueChat(sessionId, 'Monday'))).toEqual(['booked Monday']);
});

test('reaching a payment without credentials is a 404 that does not mean a lost session', async () => {
  const bot = await open(flow(text('Name?'), askText({ save: 'x' }), askPayment({ withoutCredentials: true })));
  const id = await begin(bot);
  expect(await bot.continueChat(id, 'Ana')).toMatchObject({ status: 404, body: { message: 'Credentials not found' } });
  expect(bot.sessions.get(id)).toMatchObject({ variables: { x: null }, position: { index: 1 } });
});

test('any text except "fail" pays', async () => {
  const bot = await open(flow(text('Pay'), askPayment(), text('Thank you')));
  const id = await begin(bot);
  expect(textsOf(await bot.continueChat(id, 'fail'))).toEqual(['Payment failed. Please, try again.']);
  expect(textsOf(await bot.continueChat(id, 'how much?'))).toEqual(['Thank you']);
});

test('only declared variables accept values given at the start', async () => {
  const bot = await open(flow(text('?'), askText()));
  const { sessionId } = await bot.startChat('bot', { prefilledVariables: { x: 'a', X: 'b', other: 'c' } });
  expect(bot.sessions.get(sessionId)?.variables).toEqual({ x: 'a', y: null });
});

test('blocks that Typebot does not have can be scripted', async () => {
  const bot = await open(
    flow(bubble('hologram', { beam: '{{x}}' }), action('teleport', { to: '{{x}}' }), ask('smell input', { save: 'y' }), text('{{y}}!')),
  );
  const { body, sessionId } = await bot.startChat('bot', { prefilledVariables: { x: 'Mars' } });
  expect(body).toMatchObject({
    messages: [{ type: 'hologram', content: { beam: 'Mars' } }],
    clientSideActions: [{ type: 'teleport', to: 'Mars' }],
    input: { type: 'smell input' },
  });
  expect(textsOf(await bot.continueChat(sessionId, 'rose'))).toEqual(['rose!']);
});

test('odd rich text: a bubble of nothing but an empty variable is empty, of one styled variable is a bare leaf', async () => {
  const bot = await open(flow(text('{{x}}'), text([{ type: 'p', children: [{ text: '{{y}}', bold: true }] }]), askText()));
  const { messages } = await bot.startChat('bot', { prefilledVariables: { y: 'Ana' } });
  expect(messages).toMatchObject([{ content: { richText: [] } }, { content: { richText: [{ text: 'Ana', bold: true }] } }]);
});

test('answers are appended to a variable that holds a list', async () => {
  const bot = await open(flow(set('x', ['a']), text('?'), askText({ save: 'x' }), text('{{x}}')));
  expect(textsOf(await bot.continueChat(await begin(bot), 'b'))).toEqual(['["a","b"]']);
});

test('a skipped file continues the flow without a value', async () => {
  const bot = await open(flow(text('File?'), askFile({ save: 'x', options: { isRequired: false } }), text('[{{x}}]')));
  expect(textsOf(await bot.continueChat(await begin(bot)))).toEqual(['[]']);
});

test('Typebot 2.19.1 accepts only texts, writes bubbles without type and errors in the old form', async () => {
  const bot = await open(flow(text('Name?'), askText({ save: 'x' }), text('{{x}}'), askText()), { version: '2.19.1' });
  const { messages, sessionId: id } = await bot.startChat('bot', { textBubbleContentFormat: 'markdown' });
  expect(messages[0]?.content).toEqual({ richText: [{ type: 'p', children: [{ text: 'Name?' }] }] });
  expect(await bot.continueChat(id, { type: 'text', text: 'Ana' })).toMatchObject({ status: 400, body: { code: 'BAD_REQUEST' } });
  expect((await bot.continueChat(id, null)).status).toBe(400);
  expect(await bot.continueChat('gone', 'Ana')).toEqual(
    expect.objectContaining({ status: 404, body: { message: 'Session not found.', code: 'NOT_FOUND' } }),
  );
  expect(textsOf(await bot.continueChat(id, 'Ana'))).toEqual(['Ana']);
});

test('two requests at once on one session are a violation that names both', async () => {
  const bot = await open(flow(text('?'), askText({ save: 'x' }), text('{{x}}'), goTo('A')), { latencyMs: 200 });
  const id = await begin(bot);
  const [first, second] = await Promise.all([bot.continueChat(id, 'one'), bot.continueChat(id, 'two')]);
  expect([first.status, second.status].toSorted((a, b) => a - b)).toEqual([200, 500]);
  expect(bot.violations).toHaveLength(1);
  expect(() => bot.assertClean()).toThrow(/got "(one|two)" at .+ while "(one|two)" of .+ was going on/);
});

test('a request the client gave up on still counts until it ends', async () => {
  const bot = await open(flow(text('?'), askText({ save: 'x' }), text('{{x}}'), goTo('A')), { latencyMs: 600 });
  const id = await begin(bot);
  await leave(bot, (chat) => chat.continueChat(id, 'one'));
  expect((await bot.continueChat(id, 'two')).status).toBe(500);
  await waitUntil(() => bot.heardIn(id).every(({ endedAt }) => endedAt !== null), { what: 'both requests to end' });
  expect(bot.sessions.get(id)?.variables).toMatchObject({ x: 'one' });
  expect((await bot.continueChat(id, 'three')).status).toBe(200);
  expect(bot.violations).toHaveLength(1);
});

test('requests on different sessions, and starts, never clash', async () => {
  const bot = await open(flow(text('?'), askText()), { latencyMs: 30 });
  const ids = await Promise.all([begin(bot), begin(bot)]);
  await Promise.all(ids.map((id) => bot.continueChat(id, 'oi')));
  expect(bot.violations).toEqual([]);
});

test('every request is kept in order of arrival, with its outcome', async () => {
  const bot = await open(flow(text('?'), askText({ save: 'x' }), text('{{x}}'), askText()));
  const { sessionId: id } = await bot.startChat('bot', { prefilledVariables: { x: 'a', other: 'b' } });
  await bot.continueChat(id, { type: 'text', text: 'oi' });
  await bot.continueChat('nobody', 'oi');
  expect(bot.heard).toMatchObject([
    {
      kind: 'start',
      publicId: 'bot',
      sessionId: id,
      variables: { x: 'a', other: 'b' },
      processed: true,
      status: 200,
      reply: { sessionId: id },
    },
    { kind: 'continue', publicId: 'bot', sessionId: id, message: { type: 'text', text: 'oi' }, processed: true, status: 200 },
    { kind: 'continue', publicId: null, sessionId: 'nobody', message: 'oi', processed: false, status: 404, reply: null },
  ]);
  expect(bot.heard[0]?.headers['content-type']).toBe('application/json');
  expect(bot.textsIn(id)).toEqual(['oi']);
  for (const { at, endedAt } of bot.heard) expect(endedAt).toBeGreaterThanOrEqual(at);
});

test('a script that names a group it does not have is refused when the fake starts', async () => {
  await expect(startFakeTypebot({ bots: { bot: flow(text('a'), goTo('Nowhere')) } })).rejects.toThrow("the group 'Nowhere'");
  await expect(startFakeTypebot({ bots: { bot: flow(goTo('A'), text('a')) } })).rejects.toThrow("goTo('A') must be the last of its group");
});

test('a script that loops forever is a violation, not a frozen test', async () => {
  const bot = await open({ groups: { A: [when(() => true, 'B')], B: [jump('A')] } });
  expect((await bot.startChat('bot')).status).toBe(500);
  expect(() => bot.assertClean()).toThrow('runs in circles');
});

test('overlapping requests are detected even when no log is kept', async () => {
  const bot = await open(recordedBots['wa-starts-with-input'], { keepsLog: false, latencyMs: 200 });
  const id = await begin(bot);
  await Promise.all([bot.continueChat(id, 'one'), bot.continueChat(id, 'two')]);
  expect(bot.heard).toEqual([]);
  expect(bot.violations).toHaveLength(1);
});

test.each<[string, BotScript]>([
  [
    'to a choice in a bot with an invalid-reply event',
    { groups: { A: [buttons(['Yes', 'No'])], B: [text('Again')] }, invalidReply: { group: 'B' } },
  ],
  ['to an optional file in a bot with a reply event', { groups: { A: [askFile({ options: { isRequired: false } })] }, reply: {} }],
])('no answer %s ends in an error of the server, and the session lives on', async (_, script) => {
  const bot = await open(script);
  const sessionId = await begin(bot);
  expect(await bot.continueChat(sessionId, null)).toMatchObject({ status: 500 });
  expect(await bot.continueChat(sessionId)).toMatchObject({ status: 500 });
  expect(await bot.continueChat(sessionId, 'Yes')).toMatchObject({ status: 200 });
});

test('a reply event receives an item’s id when the answer was the id, and its label when the answer was the label', async () => {
  const bot = await open({
    variables: ['told', 'kept'],
    groups: { A: [buttons(['Sales', 'Support'], { save: 'kept' }), text('{{told}} {{kept}}')] },
    reply: { saveReply: 'told' },
  });
  expect(textsOf(await bot.continueChat(await begin(bot), 'b-A-0-i1'))).toEqual(['b-A-0-i1 Support']);
  expect(textsOf(await bot.continueChat(await begin(bot), 'Support'))).toEqual(['Support Support']);
});
