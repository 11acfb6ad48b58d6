import { inboundMedia, waitUntil } from '@typelane/testkit';
import { afterEach, expect, test } from 'vitest';
import { type Scenario, startScenario } from './scenario.ts';

/** People write in bursts: a burst is answered once, and no part of it is lost. */
let scenario: Scenario;
afterEach(() => scenario.close());

test('the texts of a burst become one answer, in order, and each event is recorded as handled', async () => {
  scenario = await startScenario({ debounceMs: 500 });
  await scenario.says('hello');
  await scenario.tells('started by hello');
  for (const words of ['I want', 'two pizzas', 'please']) await scenario.says(words);
  expect(await scenario.finals(4)).toEqual(['answered', 'answered', 'answered', 'answered']);
  await scenario.tells('started by hello', 'heard I want\ntwo pizzas\nplease');
  expect(scenario.heard()).toEqual(['I want\ntwo pizzas\nplease']);
});

test('a burst that starts a conversation starts it with all of its texts', async () => {
  scenario = await startScenario({ debounceMs: 500 });
  for (const words of ['hello', 'anybody there?']) await scenario.says(words);
  expect(await scenario.finals(2)).toEqual(['answered', 'answered']);
  await scenario.tells('started by hello\nanybody there?');
});

test('a burst that never pauses is answered when its maximum time is over', async () => {
  scenario = await startScenario({ debounceMs: 1_000, debounceMaxMs: 1_500 });
  await scenario.says('hello');
  await scenario.tells('started by hello');
  const said: string[] = [];
  while (scenario.heard().length === 0) {
    said.push(`part ${said.length}`);
    await scenario.says(said.at(-1) ?? '');
    await waitUntil(async () => (await scenario.pipeline.tables.outcomes(scenario.instanceId)).length === said.length + 1, {
      what: 'the part',
    });
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  const first = scenario.heard()[0]?.split('\n') ?? [];
  expect(first.length).toBeGreaterThan(2);
  await scenario.finals(said.length + 1);
  expect(scenario.heard().flatMap((words) => words.split('\n'))).toEqual(said);
});

test.each([
  ['a keyword', { keywords: { finish: [{ word: 'sair', answer: 'Bye' }] } }],
  ['a picture', {}],
  ['a command', {}],
])('%s ends a burst at once', async (what, settings) => {
  scenario = await startScenario({ debounceMs: 15_000, ...settings });
  const sessionId = '00000000-0000-4000-8000-000000000000';
  await scenario.says('hello');
  await scenario.says('there');
  await waitUntil(async () => (await scenario.pipeline.tables.outcomes(scenario.instanceId)).length === 2, {
    what: 'the burst in the inbox',
  });
  if (what === 'a keyword') await scenario.says('sair');
  else if (what === 'a picture')
    await scenario.pipeline.publish(inboundMedia({ ...scenario.chat, media: 'image', url: 'https://files.example/a.png' }));
  else await scenario.pipeline.command(scenario.chat, { type: 'webhook', sessionId, payload: '{}' });
  await waitUntil(() => scenario.told().length > 0, { what: 'the answer to the burst', timeoutMs: 5_000 });
  expect(scenario.told()[0]).toBe('started by hello\nthere');
});

test('a keyword ends a burst at once, however long it has lasted', async () => {
  scenario = await startScenario({ debounceMs: 15_000, keywords: { finish: ['sair'] } }, undefined, { sweepMs: 600_000 });
  await scenario.says('hello');
  await waitUntil(async () => (await scenario.pipeline.tables.outcomes(scenario.instanceId)).length === 1, {
    what: 'the burst in the inbox',
  });
  const { sql } = scenario.pipeline.database;
  await sql`update conversations set updated_at = updated_at - interval '14 seconds'`;
  await scenario.says('sair');
  await waitUntil(() => scenario.told().length > 0, { what: 'the answer to the burst', timeoutMs: 5_000 });
  const [chat] = await sql<{ tries: number }[]>`select delivery_attempts as tries from conversations`;
  expect([scenario.told()[0], chat?.tries]).toEqual(['started by hello', 0]);
});

test('a human who writes into a burst keeps the bot silent', async () => {
  scenario = await startScenario({ debounceMs: 1_000 });
  for (const words of ['hello', 'there']) await scenario.says(words);
  await scenario.says('I am here', { fromMe: true });
  expect(await scenario.finals(3)).toEqual(['ignored: paused', 'ignored: paused', 'ignored: human']);
  expect(scenario.typebot.heard).toEqual([]);
});

test('a burst keeps every part when the worker is killed in the middle of it', { timeout: 60_000 }, async () => {
  scenario = await startScenario({ debounceMs: 1_500 }, undefined, { workers: 0, sweepMs: 1_000 });
  const victim = await scenario.pipeline.spawnWorker();
  await scenario.says('I want');
  await scenario.says('two pizzas');
  await waitUntil(async () => (await scenario.pipeline.tables.outcomes(scenario.instanceId)).length === 2, {
    what: 'the burst in the inbox',
  });
  await victim.kill();
  expect(scenario.typebot.heard).toEqual([]);
  await scenario.pipeline.spawnWorker();
  expect(await scenario.finals(2)).toEqual(['answered', 'answered']);
  await scenario.tells('started by I want\ntwo pizzas');
});
