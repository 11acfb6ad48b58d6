import { type FakeTypebot, moods, startFakeTypebot, waitUntil } from '@typelane/testkit';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { createGate, type Gate } from './gate.ts';
import { type Pipeline, type PipelineOptions, startPipeline } from './harness.ts';
import { finalOf } from './tables.ts';
import { arrivalsOf, echoBot } from './order/echo-bot.ts';

/**
 * A Typebot that fails for longer than one call: the event ends in a record with its reason, other chats are answered meanwhile,
 * and the chat continues with its next message. Faults of a single call are in http-faults.test.ts.
 */
let typebot: FakeTypebot;
let pipeline: Pipeline;
let gate: Gate;
let behindGate: string;
const timeoutMs = 500;

beforeAll(async () => {
  typebot = await startFakeTypebot({ bots: { echo: echoBot, closed: { availability: 'closed', groups: {} } } });
  gate = await createGate(typebot.url);
  pipeline = await startPipeline({ typebots: [typebot.url, gate.url], timeoutMs, quarantineMs: 100 });
  behindGate = await pipeline.register({ url: gate.url, publicId: 'echo' });
});

afterAll(async () => {
  await pipeline.close();
  await gate.close();
  await typebot.close();
});

afterEach(() => {
  checkRest();
  typebot.assertClean();
});

/** Checked after every test. */
function checkRest(): void {
  expect(pipeline.consumer.breaches).toEqual([]);
  expect(typebot.moodsLeft()).toBe(0);
}

test(
  'a chat waits through an outage of less than five minutes, however often its call was attempted, and is answered in order',
  { timeout: 60_000 },
  async () => {
    const instanceId = await pipeline.register({ url: gate.url, publicId: 'echo', instanceId: 'held' });
    const chat = { instanceId, jid: newJid() };
    await gate.close();
    for (const text of ['one', 'two']) await pipeline.say(chat, text);
    // The waits between the attempts are shortened. More than eight attempts must not end the event.
    await waitUntil(async () => (await hurried(chat, 290)) && (await attemptsOf(chat)) >= 6, {
      what: 'six attempts',
      everyMs: 50,
      timeoutMs: 40_000,
    });
    expect((await pipeline.tables.outcomes(instanceId)).map(finalOf)).toEqual([null, null]);
    await gate.open();
    await waitUntil(
      async () => (await hurried(chat, 290)) && (await pipeline.tables.outcomes(instanceId)).every(({ final }) => final !== null),
      { what: 'the answers', everyMs: 50, timeoutMs: 30_000 },
    );
    expect(await finals(chat, 2)).toEqual(['answered', 'answered']);
    expect(said(chat)).toEqual(['one', 'two']);
  },
);

test(
  'an event is dead when its Typebot cannot be reached for five minutes, and later events are answered',
  { timeout: 30_000 },
  async () => {
    const chat = { instanceId: behindGate, jid: newJid() };
    await gate.close();
    await pipeline.say(chat, 'lost');
    await waitUntil(
      async () => (await hurried(chat, 301)) && (await pipeline.tables.outcomes(chat.instanceId)).some(({ final }) => final !== null),
      { what: 'the last attempt', everyMs: 50, timeoutMs: 20_000 },
    );
    await gate.open();
    await pipeline.say(chat, 'found');
    expect(await finals(chat, 2)).toEqual(['dead: bot_unreachable', 'answered']);
    expect(said(chat)).toEqual(['found']);
  },
);

test('when Typebot has lost a session, the message starts a new one, once', { timeout: 20_000 }, async () => {
  const chat = await startedChat();
  typebot.nextMood(moods.sessionLost(), { text: 'again' });
  await pipeline.say(chat, 'again');
  await pipeline.say(chat, 'next');
  expect(await finals(chat, 3)).toEqual(['answered', 'answered', 'answered']);
  await pipeline.tables.acknowledged(chat.instanceId);
  expect(pipeline.consumer.textsTo(chat.instanceId, chat.jid)).toEqual(['started by hello', 'started by again', 'heard next']);
  expect((await pipeline.tables.sessions(chat.instanceId)).map(({ status, reason }) => [status, reason])).toEqual([
    ['closed', 'bot_lost'],
    ['open', null],
  ]);
});

test('a closed bot answers nobody, and the reason is recorded', { timeout: 20_000 }, async () => {
  const instanceId = await pipeline.register({ url: typebot.url, publicId: 'closed', settings: { errorMessage: 'Tente mais tarde.' } });
  const chat = { instanceId, jid: newJid() };
  await pipeline.say(chat, 'hello');
  expect(await finals(chat, 1)).toEqual(['dead: bot_refused: bot_closed']);
  await pipeline.tables.acknowledged(instanceId);
  expect(pipeline.consumer.textsTo(instanceId)).toEqual(['Tente mais tarde.']);
});

test('a Typebot that the operator has not allowed is not called', { timeout: 20_000 }, async () => {
  const instanceId = await pipeline.register({ url: 'http://127.0.0.1:9', publicId: 'echo' });
  await pipeline.say({ instanceId, jid: newJid() }, 'hello');
  expect(await finals({ instanceId }, 1)).toEqual(['dead: egress_refused: not_public_address']);
});

test('two uncertain messages in a row end the session, and the next message starts a new one', { timeout: 20_000 }, async () => {
  const chat = await startedChat({ uncertainMessage: 'Não sei se ouvi.' });
  typebot.nextMood(moods.badGateway(), { text: 'one' });
  typebot.nextMood(moods.badGateway(), { text: 'two' });
  for (const text of ['one', 'two', 'three']) await pipeline.say(chat, text);
  expect(await finals(chat, 4)).toEqual(['answered', 'uncertain: http_502', 'uncertain: http_502', 'answered']);
  await pipeline.tables.acknowledged(chat.instanceId);
  expect(pipeline.consumer.textsTo(chat.instanceId, chat.jid)).toEqual([
    'started by hello',
    'Não sei se ouvi.',
    'started by hello',
    'Não sei se ouvi.',
    'started by three',
  ]);
});

test(
  'a message that arrives during the quarantine after an uncertain call is answered when the quarantine ends',
  { timeout: 30_000 },
  async () => {
    await withPipeline({ quarantineMs: 1_000, sweepMs: 600_000 }, async (own, instanceId) => {
      const chat = { instanceId, jid: newJid() };
      await own.say(chat, 'hello');
      await own.tables.handled(instanceId, 1);
      typebot.nextMood(moods.badGateway(), { text: 'one' });
      await own.say(chat, 'one');
      await own.tables.handled(instanceId, 2);
      await own.say(chat, 'two');
      expect((await own.tables.handled(instanceId, 3)).map(finalOf)).toEqual(['answered', 'uncertain: http_502', 'answered']);
    });
  },
);

test('a Typebot that does not answer delays no other chat', { timeout: 30_000 }, async () => {
  await withPipeline({ timeoutMs: 6_000, quarantineMs: 0, concurrency: 10 }, async (own, instanceId) => {
    const others = Array.from({ length: 20 }, newJid);
    typebot.nextMood({ type: 'hang' }, { kind: 'start' });
    await own.say({ instanceId, jid: newJid() }, 'hello');
    await waitUntil(() => typebot.moodsLeft() === 0, { what: 'the call that is not answered' });
    for (const jid of others) await own.say({ instanceId, jid }, 'hello');
    await waitUntil(() => own.consumer.replies().length === others.length, { what: 'the replies to all others', timeoutMs: 5_000 });
    expect((await own.tables.outcomes(instanceId)).filter(({ final }) => final === null)).toHaveLength(1);
    await own.tables.handled(instanceId, others.length + 1);
  });
});

test('a Typebot host that answers none of its chats takes no capacity from another host', { timeout: 30_000 }, async () => {
  const hung = await startFakeTypebot({ bots: { echo: echoBot } });
  hung.mood(() => ({ type: 'hang' }));
  try {
    await withPipeline(
      { timeoutMs: 6_000, quarantineMs: 0, concurrency: 10, typebots: [typebot.url, hung.url] },
      async (own, instanceId) => {
        const stuck = await own.register({ url: hung.url, publicId: 'echo', instanceId: 'stuck' });
        for (const jid of Array.from({ length: 30 }, newJid)) await own.say({ instanceId: stuck, jid }, 'hello');
        await waitUntil(() => hung.heard.length > 0, { what: 'a call that is not answered' });
        await own.say({ instanceId, jid: newJid() }, 'hello');
        const [outcome] = await own.tables.handled(instanceId, 1, 5_000);
        expect(outcome?.final).toBe('answered');
      },
    );
  } finally {
    await hung.close();
  }
});

async function withPipeline(options: Partial<PipelineOptions>, run: (own: Pipeline, instanceId: string) => Promise<void>): Promise<void> {
  const own = await startPipeline({ typebots: [typebot.url], ...options });
  try {
    await run(own, await own.register({ url: typebot.url, publicId: 'echo', instanceId: 'own' }));
  } finally {
    await own.close();
  }
}

type Chat = { instanceId: string; jid: string };

let chats = 0;

function newJid(): string {
  return `55317${String((chats += 1)).padStart(8, '0')}@s.whatsapp.net`;
}

async function newChat(settings = {}): Promise<Chat> {
  return { instanceId: await pipeline.register({ url: typebot.url, publicId: 'echo', settings }), jid: newJid() };
}

/** A chat whose bot has been started by `hello`. */
async function startedChat(settings = {}): Promise<Chat> {
  const chat = await newChat(settings);
  await pipeline.say(chat, 'hello');
  await pipeline.tables.handled(chat.instanceId, 1);
  return chat;
}

async function finals({ instanceId, jid }: { instanceId: string; jid?: string }, events: number): Promise<(string | null)[]> {
  const outcomes = await waitUntil(
    async () => {
      const own = (await pipeline.tables.outcomes(instanceId)).filter((outcome) => jid === undefined || outcome.jid === jid);
      return own.length >= events && own.every(({ final }) => final !== null) && own;
    },
    { what: `the end of ${events} events`, timeoutMs: 15_000 },
  );
  return outcomes.map(finalOf);
}

/** The requests Typebot received from a chat, in order. */
function said({ jid, instanceId }: Chat): string[] {
  const sessions = new Set(typebot.heard.filter(({ variables }) => variables?.['keyRemoteJid'] === jid).map(({ sessionId }) => sessionId));
  const own = typebot.heard.filter(
    ({ sessionId, variables }) => variables?.['keyRemoteJid'] === jid || (sessionId !== null && sessions.has(sessionId)),
  );
  return arrivalsOf(own)
    .filter((arrival) => arrival.instanceId === instanceId)
    .map((arrival) => arrival.said);
}

async function attemptsOf({ instanceId, jid }: Chat): Promise<number> {
  const [row] = await pipeline.database.sql`
    select (state #>> '{turn,notSent,attempts}')::int as attempts from conversations where instance_id = ${instanceId} and jid = ${jid}`;
  return Number(row?.['attempts'] ?? 0);
}

/** Ends the wait of a chat as if its due time had come and its call had been waiting that long. */
async function hurried({ instanceId, jid }: Chat, heldSeconds: number): Promise<boolean> {
  const rows = await pipeline.database.sql<{ conversationId: string; instanceId: string }[]>`
    update conversations set not_before = null, state = jsonb_set(jsonb_set(state, '{dueAt}', '0', false),
      '{turn,notSent,since}', to_jsonb(extract(epoch from now()) * 1000 - ${heldSeconds * 1_000}::numeric), false)
    where instance_id = ${instanceId} and jid = ${jid} and state ->> 'status' = 'due'
    returning conversation_id as "conversationId", instance_id as "instanceId"`;
  await pipeline.wake([...rows]);
  return true;
}
