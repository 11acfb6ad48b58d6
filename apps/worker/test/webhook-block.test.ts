import { askText, type BotScript, goTo, listenForWebhook, text } from '@typelane/testkit';
import { afterEach, expect, test } from 'vitest';
import { type Scenario, startScenario } from './scenario.ts';

/** A flow that waits at a Webhook block until an outside system calls. */
let scenario: Scenario;
afterEach(() => scenario.close());

const paying: BotScript = {
  variables: ['paid', 'message'],
  groups: {
    Start: [text('Pay, please'), listenForWebhook('paid'), text('Paid: {{paid}}'), goTo('Ask')],
    Ask: [askText({ save: 'message' }), text('heard {{message}}'), goTo('Ask')],
  },
};

test('a call from an outside system continues the flow, and the bot receives its data', async () => {
  scenario = await startScenario({}, paying);
  const sessionId = await begun();
  expect(await call(sessionId, '{"amount":"10"}')).toBe('answered');
  await scenario.says('thanks');
  await scenario.finals(3);
  await scenario.pipeline.tables.acknowledged(scenario.instanceId);
  expect(scenario.told()).toHaveLength(3);
  expect(scenario.told().at(-1)).toBe('heard thanks');
  expect(scenario.heard()[0]).toBe('{"data":{"amount":"10"}}');
});

test('a message written meanwhile is answered with a hint and never treated as the call', async () => {
  scenario = await startScenario({ hints: { waiting: 'Waiting for your payment' } }, paying);
  const sessionId = await begun();
  await scenario.says('I paid');
  expect(await scenario.finals(2)).toEqual(['answered', 'ignored: webhook_pending']);
  await scenario.tells('Pay, please', 'Waiting for your payment');
  expect(scenario.heard()).toEqual([]);
  expect(await call(sessionId, '"yes"')).toBe('answered');
  expect(scenario.heard()).toEqual(['{"data":"yes"}']);
});

test('a call that arrives while a human has the chat is kept and continues the flow when the bot resumes', async () => {
  scenario = await startScenario({}, paying);
  const sessionId = await begun();
  await scenario.says('I am here', { fromMe: true });
  await scenario.finals(2);
  expect(await call(sessionId, '"yes"')).toBe('answered');
  expect(scenario.heard()).toEqual([]);
  const snapshot = { typebotIntegrationId: null, bot: null };
  const resume = await scenario.pipeline.command(scenario.chat, { type: 'open', sessionId, snapshot });
  expect(await resume.outcome()).toBe('answered');
  await scenario.tells('Pay, please', 'Paid: yes');
});

test.each(['yes', 'sim'])('a second call, and a call where the flow is at no Webhook block, is refused (%s)', async (words) => {
  scenario = await startScenario({}, paying);
  const sessionId = await begun();
  expect(await call(sessionId, JSON.stringify(words))).toBe('answered');
  expect(await call(sessionId, JSON.stringify(words))).toBe('ignored: conflict_no_webhook');
  expect(await call('00000000-0000-4000-8000-000000000000', '1')).toBe('ignored: conflict_no_webhook');
  expect(scenario.heard()).toEqual([JSON.stringify({ data: words })]);
});

async function begun(): Promise<string> {
  await scenario.says('hello');
  await scenario.tells('Pay, please');
  await scenario.finals(1);
  return scenario.liveSession();
}

async function call(sessionId: string, payload: string): Promise<string> {
  return (await scenario.pipeline.command(scenario.chat, { type: 'webhook', sessionId, payload })).outcome();
}
