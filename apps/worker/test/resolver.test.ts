import { aboutSecret, type SettingsInput } from '@typelane/core';
import { createSealer } from '@typelane/runtime';
import { askText, type BotScript, type FakeTypebot, goTo, type Mood, moods, startFakeTypebot, text, waitUntil } from '@typelane/testkit';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { alteredEnv } from './faults/altered-env.ts';
import { crashPoints, stone } from './faults/crash-points.ts';
import { type Pipeline, secretKey, startPipeline } from './harness.ts';
import { finalOf } from './tables.ts';

/**
 * An uncertain call is looked up in the results of the bot if the tenant gave a token: a message that Typebot
 * received is not repeated, and one that it did not receive is.
 */
const apiToken = 'tb-token-of-the-tenant-0123';
const timeoutMs = 500;
const quarantineMs = 300;

let typebot: FakeTypebot;
let pipeline: Pipeline;

/** Two questions, asked in a loop. */
const orders: BotScript = {
  variables: ['name', 'order'],
  groups: {
    Start: [
      text('name?'),
      askText({ save: 'name' }),
      text('order of {{name}}?'),
      askText({ save: 'order' }),
      text('{{order}}, sure'),
      goTo('Start'),
    ],
  },
};
const once: BotScript = { variables: ['name'], groups: { Start: [text('name?'), askText({ save: 'name' }), text('bye {{name}}')] } };

beforeAll(async () => {
  typebot = await startFakeTypebot({ bots: { orders, once }, apiToken });
  pipeline = await startPipeline({ typebots: [typebot.url], timeoutMs, quarantineMs });
});

afterAll(async () => {
  await pipeline.close();
  await typebot.close();
});

afterEach(() => {
  checkRest(pipeline);
  typebot.assertClean();
});

/** Checked after every test. */
function checkRest({ consumer, logs }: Pipeline): void {
  expect(consumer.breaches).toEqual([]);
  expect(JSON.stringify(logs)).not.toContain('tb-token');
}

let chats = 0;

/** A bot on a separate instance, with a chat that has written hello. The token is stored as the API stores it. */
async function chatWith(
  publicId: string,
  { token = apiToken, ...settings }: { token?: string | null } & SettingsInput = {},
  own = pipeline,
) {
  const instanceId = `in-doubt-${(chats += 1)}`;
  const typebotApiToken = token === null ? null : createSealer(secretKey).seal(token, aboutSecret(instanceId, 'typebotApiToken'));
  await own.register({
    instanceId,
    url: typebot.url,
    publicId,
    settings: { uncertainMessage: 'did it hear?', ...settings, typebotApiToken },
  });
  const chat = { instanceId, jid: `55319${String(chats).padStart(8, '0')}@s.whatsapp.net` };
  const known = { heard: typebot.heard.length, looks: typebot.looks.length };
  return {
    instanceId,
    say: (words: string) => own.say(chat, words),
    finals: async (events: number) => (await own.tables.handled(instanceId, events, 20_000)).map(finalOf),
    async told() {
      await own.tables.acknowledged(instanceId);
      return own.consumer.textsTo(instanceId);
    },
    /** What the bot received since then, and what it saved. */
    heard: () =>
      typebot.heard.slice(known.heard).flatMap(({ message, processed }) => (typeof message === 'string' ? [[message, processed]] : [])),
    looks: () => typebot.looks.slice(known.looks).map(({ status }) => status),
    resolutions: async () =>
      (
        await own.database.sql`
          select t.resolution, t.resolved_by, t.resolved_at is not null as is_dated from turns t join conversations c using (conversation_id)
          where c.instance_id = ${instanceId} and t.final = 'uncertain' order by t.seq`
      ).map((row) => [row['resolution'], row['resolved_by'], row['is_dated']]),
    sessions: async () => (await own.tables.sessions(instanceId)).map(({ status, reason }) => reason ?? status),
  };
}

const cut: [what: string, mood: Mood][] = [
  ['was not answered', { type: 'hang' }],
  ['was cut', { type: 'reset', at: 'afterReading' }],
  ['was lost by a gateway', moods.badGateway()],
];

test.each(cut)('a message that %s before Typebot received it is repeated and answered once', async (_what, mood) => {
  const chat = await chatWith('orders');
  await chat.say('hello');
  await chat.finals(1);
  typebot.nextMood(mood, { text: 'Ana' });
  for (const words of ['Ana', 'bread']) await chat.say(words);
  expect(await chat.finals(3)).toEqual(['answered', 'answered', 'answered']);
  expect(chat.heard()).toEqual([
    ['Ana', false],
    ['Ana', true],
    ['bread', true],
  ]);
  expect(await chat.told()).toEqual(['name?', 'order of Ana?', 'bread, sure', 'name?']);
  expect(chat.looks()).toEqual([200, 200]);
});

test.each<[what: string, mood: Mood]>([
  ['never came', { type: 'hang', processed: true }],
  ['was cut off', { type: 'reset', at: 'afterProcessing' }],
  ['was lost by a gateway', { ...moods.badGateway(), processed: true }],
  ['came in half', { type: 'truncate', at: 'contentLength' }],
])('a message that Typebot received and whose answer %s is not repeated', async (_what, mood) => {
  const chat = await chatWith('orders', { delivery: 'at-least-once' });
  await chat.say('hello');
  await chat.finals(1);
  typebot.nextMood(mood, { text: 'Ana' });
  for (const words of ['Ana', 'bread']) await chat.say(words);
  expect(await chat.finals(3)).toEqual(['answered', expect.stringMatching(/^uncertain: /), 'answered']);
  expect(chat.heard()).toEqual([
    ['Ana', true],
    ['bread', true],
  ]);
  expect(await chat.told()).toEqual(['name?', 'did it hear?', 'bread, sure', 'name?']);
  expect(await chat.resolutions()).toEqual([['processed', 'result', true]]);
});

test('the results API is read only when Typebot can no longer be processing the message', async () => {
  const chat = await chatWith('orders');
  await chat.say('hello');
  await chat.finals(1);
  // Typebot processes it after the call was abandoned and before the quarantine is over.
  typebot.nextMood({ type: 'delay', ms: timeoutMs + 150 }, { text: 'slow' });
  await chat.say('slow');
  expect(await chat.finals(2)).toEqual(['answered', 'uncertain: timeout']);
  expect(chat.heard()).toEqual([['slow', true]]);
  expect(await chat.resolutions()).toEqual([['processed', 'result', true]]);
});

test('a flow that ended with the lost answer is over', async () => {
  const chat = await chatWith('once');
  await chat.say('hello');
  await chat.finals(1);
  typebot.nextMood({ type: 'reset', at: 'afterProcessing' }, { text: 'Ana' });
  await chat.say('Ana');
  await chat.finals(2);
  expect(await chat.sessions()).toEqual(['completed']);
  expect(await chat.told()).toEqual(['name?', 'did it hear?']);
  await chat.say('again');
  expect(await chat.finals(3)).toEqual(['answered', 'uncertain: connection_reset', 'answered']);
});

test('a message to a question that was answered before cannot be resolved and is not repeated', async () => {
  const chat = await chatWith('orders');
  for (const words of ['hello', 'Ana', 'bread']) await chat.say(words);
  await chat.finals(3);
  typebot.nextMood({ type: 'reset', at: 'afterReading' }, { text: 'Bia' });
  await chat.say('Bia');
  expect((await chat.finals(4)).at(-1)).toBe('uncertain: connection_reset');
  expect(await chat.resolutions()).toEqual([[null, null, false]]);
  expect(chat.heard().at(-1)).toEqual(['Bia', false]);
});

test('a message whose call breaks every time is sent three times in total and recorded as not received', async () => {
  const chat = await chatWith('orders');
  await chat.say('hello');
  await chat.finals(1);
  typebot.nextMood({ type: 'reset', at: 'afterReading' }, { text: 'Ana' }, 3);
  await chat.say('Ana');
  expect(await chat.finals(2)).toEqual(['answered', 'uncertain: connection_reset']);
  expect(chat.heard()).toEqual([1, 2, 3].map(() => ['Ana', false]));
  expect(await chat.resolutions()).toEqual([['not_processed', 'result', true]]);
});

test('with a wrong token the message stays uncertain, and a warning says so without the token', async () => {
  const chat = await chatWith('orders', { token: 'tb-token-of-nobody' });
  await chat.say('hello');
  await chat.finals(1);
  typebot.nextMood({ type: 'reset', at: 'afterReading' }, { text: 'Ana' });
  for (const words of ['Ana', 'bread']) await chat.say(words);
  expect(await chat.finals(3)).toEqual(['answered', 'uncertain: connection_reset', 'answered']);
  expect(chat.looks()).toEqual([401]);
  expect(await chat.resolutions()).toEqual([[null, null, false]]);
  const warnings = pipeline.logs.filter(({ msg, instanceId }) => msg === 'inspection.failed' && instanceId === chat.instanceId);
  expect(warnings).toMatchObject([{ level: 40, cause: 'http_401', host: new URL(typebot.url).host }]);
});

test('a token that was sealed for another instance is sent nowhere', async () => {
  const chat = await chatWith('orders', { token: null });
  const other = createSealer(secretKey).seal(apiToken, aboutSecret('somebody', 'typebotApiToken'));
  await pipeline.database
    .sql`update typebot_integrations set settings = settings || ${JSON.stringify({ typebotApiToken: other })}::jsonb where instance_id = ${chat.instanceId}`;
  await chat.say('hello');
  await chat.finals(1);
  typebot.nextMood({ type: 'reset', at: 'afterReading' }, { text: 'Ana' });
  await chat.say('Ana');
  expect(await chat.finals(2)).toEqual(['answered', 'uncertain: connection_reset']);
  expect(chat.looks()).toEqual([]);
  expect(pipeline.logs.find(({ msg, instanceId }) => msg === 'inspection.failed' && instanceId === chat.instanceId)?.['cause']).toBe(
    'token_unreadable',
  );
});

test.each([
  [2, [503, 503, 200, 200], ['answered', 'answered']],
  [3, [503, 503, 503], ['answered', 'uncertain: connection_reset']],
])('a results API that fails %i times is read three times at most', async (times, looks, finals) => {
  const chat = await chatWith('orders');
  await chat.say('hello');
  await chat.finals(1);
  typebot.nextMood({ type: 'reset', at: 'afterReading' }, { text: 'Ana' });
  typebot.failLooks(times);
  await chat.say('Ana');
  expect(await chat.finals(2)).toEqual(finals);
  expect(chat.looks()).toEqual(looks);
});

test('the token is sent only to addresses that the operator has allowed', async () => {
  const chat = await chatWith('orders', { typebotApiURL: 'http://127.0.0.1:9' });
  await chat.say('hello');
  await chat.finals(1);
  typebot.nextMood({ type: 'reset', at: 'afterReading' }, { text: 'Ana' });
  await chat.say('Ana');
  expect(await chat.finals(2)).toEqual(['answered', 'uncertain: connection_reset']);
  expect(chat.looks()).toEqual([]);
});

test('without a token the results API is not read and nothing is repeated', async () => {
  const chat = await chatWith('orders', { token: null });
  await chat.say('hello');
  await chat.finals(1);
  typebot.nextMood({ type: 'reset', at: 'afterReading' }, { text: 'Ana' });
  for (const words of ['Ana', 'bread']) await chat.say(words);
  expect(await chat.finals(3)).toEqual(['answered', 'uncertain: connection_reset', 'answered']);
  expect(chat.looks()).toEqual([]);
  expect(chat.heard()).toEqual([
    ['Ana', false],
    ['bread', true],
  ]);
  expect(await chat.resolutions()).toEqual([[null, null, false]]);
});

test.each([
  ['C6', ['answered', 'answered', 'answered'], ['name?', 'order of stone?', 'bread, sure', 'name?']],
  ['C9', ['answered', 'uncertain: worker_lost', 'answered'], ['name?', 'did it hear?', 'bread, sure', 'name?']],
])('a call that a killed worker had recorded (%s) is resolved by the next worker', { timeout: 60_000 }, async (name, finals, told) => {
  const own = await startPipeline({ typebots: [typebot.url], workers: 0, timeoutMs: 1_000, quarantineMs });
  try {
    const alterations = crashPoints.filter((point) => point.name === name).map(({ alteration }) => alteration('killed'));
    const victim = await own.spawnWorker(alteredEnv(alterations));
    const chat = await chatWith('orders', {}, own);
    await chat.say('hello');
    await chat.finals(1);
    await chat.say(stone);
    await waitUntil(() => !victim.isAlive(), { what: 'the worker to be killed', timeoutMs: 20_000 });
    await own.startWorker();
    await chat.say('bread');
    expect(await chat.finals(3)).toEqual(finals);
    expect(chat.heard()).toEqual([
      [stone, true],
      ['bread', true],
    ]);
    expect(await chat.told()).toEqual(told);
    checkRest(own);
  } finally {
    await own.close();
  }
});
