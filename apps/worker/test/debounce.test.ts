import { inboundMedia, waitUntil } from '@typelane/testkit';
import { afterEach, expect, test } from 'vitest';
import { type Scene, startScene } from './scene.ts';

/** People write in bursts: what belongs together is answered once, and no part of it is lost. */
let scene: Scene;
afterEach(() => scene.close());

test('the texts of a burst become one answer, in order, and each event is recorded as handled', async () => {
  scene = await startScene({ debounceMs: 500 });
  await scene.says('hello');
  await scene.tells('started by hello');
  for (const words of ['I want', 'two pizzas', 'please']) await scene.says(words);
  expect(await scene.finals(4)).toEqual(['answered', 'answered', 'answered', 'answered']);
  await scene.tells('started by hello', 'heard I want\ntwo pizzas\nplease');
  expect(scene.heard()).toEqual(['I want\ntwo pizzas\nplease']);
});

test('a burst that starts a conversation starts it with all of its texts', async () => {
  scene = await startScene({ debounceMs: 500 });
  for (const words of ['hello', 'anybody there?']) await scene.says(words);
  expect(await scene.finals(2)).toEqual(['answered', 'answered']);
  await scene.tells('started by hello\nanybody there?');
});

test('a burst that never pauses is answered when its maximum time is over', async () => {
  scene = await startScene({ debounceMs: 1_000, debounceMaxMs: 1_500 });
  await scene.says('hello');
  await scene.tells('started by hello');
  const said: string[] = [];
  while (scene.heard().length === 0) {
    said.push(`part ${said.length}`);
    await scene.says(said.at(-1) ?? '');
    await waitUntil(async () => (await scene.pipeline.ledger.outcomes(scene.instanceId)).length === said.length + 1, { what: 'the part' });
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  const first = scene.heard()[0]?.split('\n') ?? [];
  expect(first.length).toBeGreaterThan(2);
  await scene.finals(said.length + 1);
  expect(scene.heard().flatMap((words) => words.split('\n'))).toEqual(said);
});

test.each([
  ['a keyword', { keywords: { finish: [{ word: 'sair', answer: 'Bye' }] } }],
  ['a picture', {}],
  ['a command', {}],
])('%s ends a burst at once', async (what, settings) => {
  scene = await startScene({ debounceMs: 15_000, ...settings });
  const sessionId = '00000000-0000-4000-8000-000000000000';
  await scene.says('hello');
  await scene.says('there');
  await waitUntil(async () => (await scene.pipeline.ledger.outcomes(scene.instanceId)).length === 2, { what: 'the burst in the inbox' });
  if (what === 'a keyword') await scene.says('sair');
  else if (what === 'a picture')
    await scene.pipeline.publish(inboundMedia({ ...scene.chat, media: 'image', url: 'https://files.example/a.png' }));
  else await scene.pipeline.command(scene.chat, { type: 'webhook', sessionId, payload: '{}' });
  await waitUntil(() => scene.told().length > 0, { what: 'the answer to the burst', timeoutMs: 5_000 });
  expect(scene.told()[0]).toBe('started by hello\nthere');
});

test('a keyword ends a burst at once, however long it has lasted', async () => {
  scene = await startScene({ debounceMs: 15_000, keywords: { finish: ['sair'] } }, undefined, { sweepMs: 600_000 });
  await scene.says('hello');
  await waitUntil(async () => (await scene.pipeline.ledger.outcomes(scene.instanceId)).length === 1, { what: 'the burst in the inbox' });
  const { sql } = scene.pipeline.database;
  await sql`update conversations set updated_at = updated_at - interval '14 seconds'`;
  await scene.says('sair');
  await waitUntil(() => scene.told().length > 0, { what: 'the answer to the burst', timeoutMs: 5_000 });
  const [chat] = await sql<{ tries: number }[]>`select delivery_attempts as tries from conversations`;
  expect([scene.told()[0], chat?.tries]).toEqual(['started by hello', 0]);
});

test('a human who writes into a burst keeps the bot silent', async () => {
  scene = await startScene({ debounceMs: 1_000 });
  for (const words of ['hello', 'there']) await scene.says(words);
  await scene.says('I am here', { fromMe: true });
  expect(await scene.finals(3)).toEqual(['ignored: paused', 'ignored: paused', 'ignored: human']);
  expect(scene.typebot.heard).toEqual([]);
});

test('a burst keeps every part when the worker is killed in the middle of it', { timeout: 60_000 }, async () => {
  scene = await startScene({ debounceMs: 1_500 }, undefined, { workers: 0, sweepMs: 1_000 });
  const victim = await scene.pipeline.spawnWorker();
  await scene.says('I want');
  await scene.says('two pizzas');
  await waitUntil(async () => (await scene.pipeline.ledger.outcomes(scene.instanceId)).length === 2, { what: 'the burst in the inbox' });
  await victim.kill();
  expect(scene.typebot.heard).toEqual([]);
  await scene.pipeline.spawnWorker();
  expect(await scene.finals(2)).toEqual(['answered', 'answered']);
  await scene.tells('started by I want\ntwo pizzas');
});
