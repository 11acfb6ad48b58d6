import { createServer } from 'node:http';
import type { SettingsInput } from '@typelane/core';
import {
  askText,
  type BotScript,
  buttons,
  type FakeTypebot,
  goTo,
  type Mood,
  moods,
  startFakeTypebot,
  text,
  waitUntil,
} from '@typelane/testkit';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { type Pipeline, startPipeline } from './harness.ts';
import { finalOf } from './tables.ts';
import { echoBot } from './order/echo-bot.ts';

/** The effects of one failing bot: its own contact gets a notice, nobody else notices, and nobody can read what its host answered. */
const quarantineMs = 60_000;
let typebot: FakeTypebot;
let pipeline: Pipeline;

const menu: BotScript = {
  groups: { Start: [text('Which one?'), buttons(['Red', 'Blue']), text('Sure'), goTo('Start')] },
};
const name: BotScript = { variables: ['name'], groups: { Start: [text('Your name?'), askText({ save: 'name' }), text('Hi {{name}}')] } };

beforeAll(async () => {
  typebot = await startFakeTypebot({ bots: { echo: echoBot, failing: echoBot, menu, name } });
  pipeline = await startPipeline({ typebots: [typebot.url], quarantineMs });
});

afterAll(async () => {
  await pipeline.close();
  await typebot.close();
});

afterEach(() => {
  typebot.mood(null);
  typebot.assertClean();
});

test('a bot that always fails does not affect other bots on its host', { timeout: 60_000 }, async () => {
  typebot.mood(({ publicId }) => (publicId === 'failing' ? moods.internalError({ defined: false }) : null));
  const failing = await chatWith('failing', {});
  const well = await chatWith('echo', {});
  for (let count = 0; count < 60; count += 1) await pipeline.say({ instanceId: failing.instanceId, jid: newJid() }, 'help');
  await waitUntil(() => msgs().includes('bot.down'), { what: 'the failing bot to be left alone' });
  for (let count = 0; count < 20; count += 1) await pipeline.say({ instanceId: well.instanceId, jid: newJid() }, 'hello');
  const outcomes = await pipeline.tables.handled(well.instanceId, 20, 5_000);
  expect(outcomes.map(finalOf)).toEqual(Array<string>(20).fill('answered'));
  expect(msgs()).not.toContain('host.down');
});

const told = {
  'pt-BR': 'Não consegui responder a essa mensagem. Tente de novo daqui a pouco, por favor.',
  en: 'I could not answer that message. Please try again in a moment.',
  es: 'No pude responder a ese mensaje. Inténtalo de nuevo en un momento, por favor.',
};

test.each(Object.entries(told))(
  'after an error of Typebot itself the contact gets a notice in %s and the question again, and the next message is answered at once',
  async (locale, words) => {
    const chat = await chatWith('name', { locale: locale as 'en' });
    await chat.say('hello');
    await chat.finals(1);
    typebot.nextMood(moods.internalError({ defined: false }), { text: 'Ana' });
    for (const said of ['Ana', 'Bia']) await chat.say(said);
    expect(await chat.finals(3)).toEqual(['answered', 'dead: bot_failed: http_500', 'answered']);
    expect(await chat.told()).toEqual(['Your name?', words, 'Your name?', 'Hi Bia']);
    expect(chat.heard()).toEqual(['Ana', 'Bia']);
  },
);

test('the choices that were open are shown again after an error of Typebot', async () => {
  const chat = await chatWith('menu', { choices: 'text', locale: 'en' });
  await chat.say('hello');
  await chat.finals(1);
  typebot.nextMood(moods.internalError({ defined: true }), { kind: 'continue' });
  for (const said of ['1', '2']) await chat.say(said);
  expect(await chat.finals(3)).toEqual(['answered', 'dead: bot_failed: http_500', 'answered']);
  const [question, ...rest] = await chat.told();
  expect(rest).toEqual([told.en, question, 'Sure', question]);
});

test('with at-least-once a message that met an error of Typebot is retried at once, in its place', async () => {
  const chat = await chatWith('echo', { delivery: 'at-least-once' });
  await chat.say('hello');
  await chat.finals(1);
  typebot.nextMood(moods.internalError({ defined: true }), { text: 'one' });
  for (const said of ['one', 'two']) await chat.say(said);
  expect(await chat.finals(3)).toEqual(['answered', 'answered', 'answered']);
  expect(chat.heard()).toEqual(['one', 'one', 'two']);
  expect(await chat.told()).toEqual(['started by hello', 'heard one', 'heard two']);
});

const page: Mood = { type: 'answer', status: 500, headers: { 'content-type': 'text/html' }, body: '<h1>Internal Server Error</h1>' };
test.each<[what: string, mood: Mood, cause: string]>([
  ['a page of HTML with status 500', page, 'http_500'],
  ['a 502 of a proxy', moods.badGateway(), 'http_502'],
  ['a 503 of a proxy', moods.unavailable(), 'http_503'],
])(
  '%s leaves the message uncertain: it is not repeated, the contact gets a notice, and Typebot is not called during the quarantine',
  async (_what, mood, cause) => {
    const chat = await chatWith('echo', { locale: 'en' });
    await chat.say('hello');
    await chat.finals(1);
    typebot.nextMood(mood, { text: 'one' });
    await chat.say('one');
    expect(await chat.finals(2)).toEqual(['answered', `uncertain: ${cause}`]);
    expect(await chat.told()).toEqual([
      'started by hello',
      'I do not know whether your last message arrived. Please answer once more.',
      'started by hello',
    ]);
    expect(chat.heard()).toEqual(['one']);
    const [row] = await pipeline.database
      .sql`select quarantine_until > now() as quiet from conversations where instance_id = ${chat.instanceId}`;
    expect(row?.['quiet']).toBe(true);
  },
);

test('a message that met a 503 is retried when the operator has marked the proxy as trusted', async () => {
  const chat = await chatWith('echo', { serviceUnavailable: 'retry' });
  await chat.say('hello');
  await chat.finals(1);
  typebot.nextMood(moods.unavailable(), { text: 'one' });
  await chat.say('one');
  expect(await chat.finals(2)).toEqual(['answered', 'answered']);
  expect(chat.heard()).toEqual(['one', 'one']);
});

test('an operator can turn off every default text', async () => {
  const chat = await chatWith('name', { errorMessage: null, uncertainMessage: null });
  await chat.say('hello');
  await chat.finals(1);
  typebot.nextMood(moods.internalError({ defined: true }), { text: 'Ana' });
  await chat.say('Ana');
  expect(await chat.finals(2)).toEqual(['answered', 'dead: bot_failed: http_500']);
  expect(await chat.told()).toEqual(['Your name?']);
});

test('the answers of a private host appear in no dead letter and no log line', async () => {
  const secret = 'salary of the director';
  const server = createServer((_, response) => {
    response.writeHead(403, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ defined: true, code: 'FORBIDDEN', status: 403, message: secret }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const url = `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`;
  const own = await startPipeline({ typebots: [url] });
  try {
    const instanceId = await own.register({ url, publicId: 'echo', instanceId: 'curious' });
    await own.say({ instanceId, jid: newJid() }, 'hello');
    expect((await own.tables.handled(instanceId, 1)).map(finalOf)).toEqual(['dead: bot_refused: http_403']);
    const rows = await own.database.sql`select * from turns, dead_letters`;
    expect(JSON.stringify([rows, own.logs])).not.toContain('salary');
  } finally {
    await own.close();
    await new Promise((resolve) => server.close(resolve));
  }
});

const msgs = (): string[] => pipeline.logs.map(({ msg }) => msg);

let chats = 0;

function newJid(): string {
  return `55318${String((chats += 1)).padStart(8, '0')}@s.whatsapp.net`;
}

async function chatWith(publicId: string, settings: SettingsInput) {
  const jid = newJid();
  const instanceId = await pipeline.register({ url: typebot.url, publicId, settings, instanceId: `failing-${chats}` });
  const from = typebot.heard.length;
  return {
    instanceId,
    say: (words: string) => pipeline.say({ instanceId, jid }, words),
    finals: async (events: number) => (await pipeline.tables.handled(instanceId, events)).map(finalOf),
    async told() {
      await pipeline.tables.acknowledged(instanceId);
      return pipeline.consumer.textsTo(instanceId, jid);
    },
    heard: () => typebot.heard.slice(from).flatMap(({ message }) => (typeof message === 'string' ? [message] : [])),
  };
}
