import { type BotScript, text, waitUntil } from '@typelane/testkit';
import { afterEach, expect, test } from 'vitest';
import { type Scene, startScene } from './scene.ts';

/** What a message does when the flow has come to its end. */
let scene: Scene;
afterEach(() => scene.close());

const short: BotScript = { variables: ['firstMessage'], groups: { Start: [text('All of {{firstMessage}}')] } };

test('by default the flow starts again', async () => {
  scene = await startScene({}, short);
  await scene.says('hello');
  await scene.says('again');
  await scene.tells('All of hello', 'All of again');
  expect(await scene.sessions()).toEqual(['closed: completed', 'closed: completed']);
});

test('silent: the bot answers nothing until the configured minutes are over', async () => {
  scene = await startScene({ afterEnd: 'silent', silentMinutes: 0.03 }, short);
  await scene.says('hello');
  await scene.says('thanks');
  expect(await scene.finals(2)).toEqual(['answered', 'ignored: ended']);
  const tried = await waitUntil(
    async () => {
      await scene.says('again', { timestamp: null });
      const finals = await scene.finals(3);
      return finals.at(-1) === 'answered' && finals;
    },
    { what: 'the silence to be over', everyMs: 300 },
  );
  expect(new Set(tried.slice(1, -1))).toEqual(new Set(['ignored: ended']));
  await scene.tells('All of hello', 'All of again');
});

test('keyword: the bot answers only a word that starts or restarts a flow', async () => {
  const settings = {
    afterEnd: 'keyword',
    keywords: { restart: ['menu'] },
    flows: [{ publicId: 'bot', trigger: { type: 'keyword', value: 'buy' }, priority: 1 }],
  } as const;
  scene = await startScene({ ...settings, keywords: { restart: ['menu'] }, flows: [...settings.flows] }, short);
  for (const words of ['hello', 'thanks', 'Buy', 'hello', 'MENU']) await scene.says(words);
  expect(await scene.finals(5)).toEqual(['answered', 'ignored: ended', 'answered', 'ignored: ended', 'answered']);
  await scene.pipeline.ledger.acknowledged(scene.instanceId);
  expect(scene.told()).toHaveLength(3);
});

test('a pattern starts a flow too, in linear time', async () => {
  scene = await startScene({ trigger: { type: 'keyword', operator: 'regex', value: '^(a+)+$' } }, short);
  await scene.says(`${'a'.repeat(3_000)}b`);
  await scene.says('aaa');
  expect(await scene.finals(2)).toEqual(['ignored: no_trigger', 'answered']);
});
