import { askText, type BotScript, type FakeTypebot, goTo, startFakeTypebot, text, wait, waitUntil } from '@typelane/testkit';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { OutboundReply } from '@typelane/core';
import type { Job } from 'bullmq';
import { sentKeysOf, textsIn } from './consumer.ts';
import { createGate, type Gate } from './gate.ts';
import { type Pipeline, startPipeline } from './harness.ts';
import { finalOf } from './tables.ts';
import { echoBot } from './order/echo-bot.ts';

/** An operator or the human on the phone takes a chat from the bot and returns it, whatever the bot is doing at the time. */
let typebot: FakeTypebot;
let gate: Gate;
let pipeline: Pipeline;
let instanceId: string;
let chat: { instanceId: string; jid: string };

/** Sends a text, waits with "Pause the flow", and continues. */
const waitingBot: BotScript = {
  variables: ['message'],
  groups: {
    Start: [text('before'), wait(1, { pauses: true }), text('after'), goTo('Ask')],
    Ask: [askText({ save: 'message' }), text('heard {{message}}'), goTo('Ask')],
  },
};
const twoBubbles: BotScript = {
  variables: ['message'],
  groups: { Ask: [text('one'), text('two'), askText({ save: 'message' }), goTo('Ask')] },
};

beforeEach(async () => {
  typebot = await startFakeTypebot({ bots: { echo: echoBot, waiting: waitingBot, two: twoBubbles } });
  gate = await createGate(typebot.url);
  pipeline = await startPipeline({ typebots: [gate.url], timeoutMs: 10_000 });
  await use('echo');
});

afterEach(async () => {
  checkRest();
  typebot.assertClean();
  gate.releaseAnswers();
  await pipeline.close();
  await gate.close();
  await typebot.close();
});

/** Checked after every test. */
function checkRest(): void {
  expect(pipeline.consumer.breaches).toEqual([]);
  expect(pipeline.consumer.replies().filter(({ to }) => to !== chat.jid)).toEqual([]);
}

test('a pause while the bot is being asked withholds its answer; resumed, the bot goes on at the same question', async () => {
  const sessionId = await started('hello');
  const { release } = holdTypebot();
  await pipeline.say(chat, 'first');
  await asked('first');
  const pause = await pipeline.command(chat, { type: 'pause', sessionId, reason: 'operator' });
  release();
  expect(await pause.outcome()).toBe('answered');
  expect(await sessions()).toEqual(['paused: operator']);

  await pipeline.say(chat, 'while paused');
  expect(await finals(4)).toEqual(['answered', 'answered', 'answered', 'ignored: paused']);
  const resume = await pipeline.command(chat, open(sessionId));
  expect(await resume.outcome()).toBe('answered');
  await pipeline.say(chat, 'second');
  expect((await finals(6)).at(-1)).toBe('answered');
  await pipeline.tables.acknowledged(instanceId);
  expect(told()).toEqual(['started by hello', 'heard second']);
  expect(seqs()).toEqual([1, 2]);
  expect(typebot.textsIn(typebot.heard[0]?.sessionId ?? '')).toEqual(['first', 'second']);
  expect(await sessions()).toEqual(['open']);
});

test('a pause before the bot could be started keeps it silent', async () => {
  const sessionId = await started('hello');
  const { release } = holdTypebot();
  await pipeline.say(chat, 'asked');
  await asked('asked');
  // Both wait behind the message whose call is in flight.
  await pipeline.say(chat, 'behind');
  await waitUntil(() => pipeline.tables.outcomes(instanceId).then((rows) => rows.length === 3), { what: 'the message behind' });
  const pause = await pipeline.command(chat, { type: 'pause', sessionId, reason: 'operator' });
  release();
  await pause.outcome();
  expect(await finals(4)).toEqual(['answered', 'answered', 'ignored: paused', 'answered']);
  expect(told()).toEqual(['started by hello']);
  expect(typebot.heard.map(({ message }) => message)).toEqual([undefined, 'asked']);
});

test('a pause while a reply is being delivered retracts the replies after it, and their sequence numbers are used again', async () => {
  const delivery = holdDelivery();
  await pipeline.say(chat, 'hello');
  await delivery.begun;
  for (const words of ['first', 'second']) await pipeline.say(chat, words);
  await pipeline.tables.handled(instanceId, 3);
  const pause = await pipeline.command(chat, { type: 'pause', sessionId: await liveSession(), reason: 'operator' });
  expect(await pause.outcome()).toBe('answered');
  delivery.release();
  await pipeline.tables.acknowledged(instanceId);
  expect(told()).toEqual(['started by hello']);

  await (await pipeline.command(chat, open(await liveSession()))).outcome();
  await pipeline.say(chat, 'third');
  await pipeline.tables.handled(instanceId, 6);
  await pipeline.tables.acknowledged(instanceId);
  expect(told()).toEqual(['started by hello', 'heard third']);
  expect(seqs()).toEqual([1, 2]);
});

test('a close while the bot is being asked ends the session, and the next message begins a new one', async () => {
  const sessionId = await started('hello');
  const { release } = holdTypebot();
  await pipeline.say(chat, 'first');
  await asked('first');
  const close = await pipeline.command(chat, { type: 'close', sessionId, reason: 'operator' });
  release();
  expect(await close.outcome()).toBe('answered');
  await pipeline.say(chat, 'again');
  await finals(4);
  await pipeline.tables.acknowledged(instanceId);
  expect(told()).toEqual(['started by hello', 'started by again']);
  expect(await sessions()).toEqual(['closed: operator', 'open']);
});

test('simultaneous commands are carried out one after the other', async () => {
  const sessionId = await started('hello');
  const pauses = await Promise.all([1, 2].map(() => pipeline.command(chat, { type: 'pause', sessionId, reason: 'operator' })));
  expect(await Promise.all(pauses.map((pause) => pause.outcome()))).toEqual(['answered', 'answered']);
  const resumes = await Promise.all([1, 2].map(() => pipeline.command(chat, open(sessionId))));
  expect(await Promise.all(resumes.map((resume) => resume.outcome()))).toEqual(['answered', 'answered']);
  expect(await sessions()).toEqual(['open']);

  const both = [
    await pipeline.command(chat, { type: 'close', sessionId, reason: 'operator' }),
    await pipeline.command(chat, { type: 'pause', sessionId, reason: 'operator' }),
  ];
  expect(await Promise.all(both.map((command) => command.outcome()))).toEqual(['answered', 'ignored: conflict_not_open']);
  expect(await sessions()).toEqual(['closed: operator']);
  await pipeline.say(chat, 'again');
  await finals(8);
  await pipeline.tables.acknowledged(instanceId);
  expect(told()).toEqual(['started by hello', 'started by again']);
});

test('a pause and a resume while the bot is being asked: its answer is withheld and the chat goes on', async () => {
  const sessionId = await started('hello');
  const { release } = holdTypebot();
  await pipeline.say(chat, 'first');
  await asked('first');
  const commands = [
    await pipeline.command(chat, { type: 'pause', sessionId, reason: 'operator' }),
    await pipeline.command(chat, open(sessionId)),
  ];
  release();
  expect(await Promise.all(commands.map((command) => command.outcome()))).toEqual(['answered', 'answered']);
  await pipeline.say(chat, 'second');
  await finals(5);
  await pipeline.tables.acknowledged(instanceId);
  expect(told()).toEqual(['started by hello', 'heard second']);
});

test('a pause during a Wait block stops the flow there, and a resume continues after the block', async () => {
  await use('waiting');
  await pipeline.say(chat, 'hello');
  await waitUntil(() => told().length === 1, { what: 'what is said before the wait' });
  const sessionId = await liveSession();
  const pause = await pipeline.command(chat, { type: 'pause', sessionId, reason: 'operator' });
  expect(await pause.outcome()).toBe('answered');
  expect(await finals(2)).toEqual(['answered', 'answered']);
  expect(typebot.heard).toHaveLength(1);
  await pipeline.say(chat, 'while paused');
  expect((await finals(3)).at(-1)).toBe('ignored: paused');

  const resume = await pipeline.command(chat, open(sessionId));
  expect(await resume.outcome()).toBe('answered');
  await pipeline.tables.acknowledged(instanceId);
  // afterEach looks at the addresses.
  expect(pipeline.consumer.replies().flatMap(textsIn)).toEqual(['before', 'after']);
  await pipeline.say(chat, 'hi');
  await finals(5);
  await waitUntil(() => told().at(-1) === 'heard hi', { what: 'the answer after the wait' });
});

test('the human on the phone takes the chat, even where the bot never spoke, until the bot is resumed', async () => {
  await pipeline.say(chat, 'Good morning', { fromMe: true });
  await pipeline.say(chat, 'hi');
  expect(await finals(2)).toEqual(['ignored: human', 'ignored: paused']);
  expect(await sessions()).toEqual(['paused: human']);
  expect(typebot.heard).toEqual([]);

  await (await pipeline.command(chat, open(await liveSession()))).outcome();
  await pipeline.say(chat, 'hello');
  await finals(4);
  await waitUntil(() => told().length === 1, { what: 'the bot' });
  expect(told()).toEqual(['started by hello']);
});

test('a human who writes while the bot is being asked has the last word', async () => {
  await started('hello');
  const { release } = holdTypebot();
  const delivery = holdDelivery();
  for (const words of ['first', 'second']) await pipeline.say(chat, words);
  await asked('first');
  await pipeline.say(chat, 'I am here', { fromMe: true });
  await waitUntil(() => pipeline.tables.outcomes(instanceId).then((rows) => rows.length === 4), { what: 'all events in the inbox' });
  release();
  expect((await finals(4)).at(-1)).toBe('ignored: human');
  delivery.release();
  await pipeline.tables.acknowledged(instanceId);
  await pipeline.say(chat, 'third');
  expect((await finals(5)).at(-1)).toBe('ignored: paused');
  // Neither the answer of the call in flight nor the replies after it.
  expect(told()).toEqual(['started by hello']);
});

test('messages of the bot that come back as the phone’s are echoes, and the bot continues', async () => {
  await started('hello');
  const [reply] = pipeline.consumer.replies();
  if (!reply) throw new Error('There is no reply');
  for (const keyId of sentKeysOf(reply)) await pipeline.say(chat, 'started by hello', { fromMe: true, keyId });
  await pipeline.say(chat, 'first');
  expect(await finals(3)).toEqual(['answered', 'ignored: echo', 'answered']);
  await waitUntil(() => told().length === 2, { what: 'the answer' });
  expect(told()).toEqual(['started by hello', 'heard first']);
});

const open = (sessionId: string) => ({ type: 'open' as const, sessionId, snapshot: { typebotIntegrationId: null, bot: null } });

/** The rest of the test uses this bot. */
async function use(publicId: string): Promise<void> {
  instanceId = await pipeline.register({ url: gate.url, publicId });
  chat = { instanceId, jid: '5531999990000@s.whatsapp.net' };
}

/** The bot has been started and its greeting delivered; returns the session. */
async function started(words: string): Promise<string> {
  await pipeline.say(chat, words);
  await pipeline.tables.handled(instanceId, 1);
  await pipeline.tables.acknowledged(instanceId);
  return liveSession();
}

async function liveSession(): Promise<string> {
  return waitUntil(async () => (await pipeline.tables.sessions(instanceId)).find(({ status }) => status !== 'closed')?.sessionId, {
    what: 'a session',
  });
}

/** From now on Typebot's answers do not arrive before they are released. */
function holdTypebot(): { release(): void } {
  gate.holdAnswers();
  return { release: () => gate.releaseAnswers() };
}

/** The delivery of the next reply begins and does not end before `release`. */
function holdDelivery(): { begun: Promise<{ reply: OutboundReply; job: Job }>; release(): void } {
  const begun = Promise.withResolvers<{ reply: OutboundReply; job: Job }>();
  const released = Promise.withResolvers<void>();
  pipeline.consumer.during(async (reply, job) => {
    begun.resolve({ reply, job });
    await released.promise;
  });
  return { begun: begun.promise, release: () => released.resolve() };
}

async function asked(words: string): Promise<void> {
  await waitUntil(() => typebot.heard.some(({ message }) => message === words), { what: `"${words}" to arrive at Typebot` });
}

function told(): string[] {
  return pipeline.consumer.textsTo(instanceId, chat.jid);
}

function seqs(): number[] {
  return pipeline.consumer.repliesTo(instanceId).map(({ seq }) => seq);
}

async function finals(events: number): Promise<(string | null)[]> {
  return (await pipeline.tables.handled(instanceId, events)).map(finalOf);
}

async function sessions(): Promise<string[]> {
  return (await pipeline.tables.sessions(instanceId)).map(({ status, reason }) => (reason === null ? status : `${status}: ${reason}`));
}
