import { type BotScript, text, waitUntil } from '@typelane/testkit';
import { afterEach, expect, test } from 'vitest';
import { type Scenario, startScenario } from './scenario.ts';

/** What a message does after the flow has ended. */
let scenario: Scenario;
afterEach(() => scenario.close());

const short: BotScript = { variables: ['firstMessage'], groups: { Start: [text('All of {{firstMessage}}')] } };

test('by default the flow starts again', async () => {
  scenario = await startScenario({}, short);
  await scenario.says('hello');
  await scenario.says('again');
  await scenario.tells('All of hello', 'All of again');
  expect(await scenario.sessions()).toEqual(['closed: completed', 'closed: completed']);
});

test('silent: the bot answers nothing until the configured minutes are over', async () => {
  scenario = await startScenario({ afterEnd: 'silent', silentMinutes: 0.03 }, short);
  await scenario.says('hello');
  await scenario.says('thanks');
  expect(await scenario.finals(2)).toEqual(['answered', 'ignored: ended']);
  const tried = await waitUntil(
    async () => {
      await scenario.says('again', { timestamp: null });
      const finals = await scenario.finals(3);
      return finals.at(-1) === 'answered' && finals;
    },
    { what: 'the silence to be over', everyMs: 300 },
  );
  expect(new Set(tried.slice(1, -1))).toEqual(new Set(['ignored: ended']));
  await scenario.tells('All of hello', 'All of again');
});

test('keyword: the bot answers only a word that starts or restarts a flow', async () => {
  const settings = {
    afterEnd: 'keyword',
    keywords: { restart: ['menu'] },
    flows: [{ publicId: 'bot', trigger: { type: 'keyword', value: 'buy' }, priority: 1 }],
  } as const;
  scenario = await startScenario({ ...settings, keywords: { restart: ['menu'] }, flows: [...settings.flows] }, short);
  for (const words of ['hello', 'thanks', 'Buy', 'hello', 'MENU']) await scenario.says(words);
  expect(await scenario.finals(5)).toEqual(['answered', 'ignored: ended', 'answered', 'ignored: ended', 'answered']);
  await scenario.pipeline.tables.acknowledged(scenario.instanceId);
  expect(scenario.told()).toHaveLength(3);
});

test('a pattern starts a flow too, in linear time', async () => {
  scenario = await startScenario({ trigger: { type: 'keyword', operator: 'regex', value: '^(a+)+$' } }, short);
  await scenario.says(`${'a'.repeat(3_000)}b`);
  await scenario.says('aaa');
  expect(await scenario.finals(2)).toEqual(['ignored: no_trigger', 'answered']);
});
