import { askText, type BotScript, goTo, listenForWebhook, text } from '@typelane/testkit';
import { afterEach, expect, test } from 'vitest';
import { type Scene, startScene } from './scene.ts';

/** A flow that stands at a Webhook block until an outside system calls. */
let scene: Scene;
afterEach(() => scene.close());

const paying: BotScript = {
  variables: ['paid', 'message'],
  groups: {
    Start: [text('Pay, please'), listenForWebhook('paid'), text('Paid: {{paid}}'), goTo('Ask')],
    Ask: [askText({ save: 'message' }), text('heard {{message}}'), goTo('Ask')],
  },
};

test('a call from an outside system continues the flow, and the bot receives its data', async () => {
  scene = await startScene({}, paying);
  const sessionId = await begun();
  expect(await call(sessionId, '{"amount":"10"}')).toBe('answered');
  await scene.says('thanks');
  await scene.finals(3);
  await scene.pipeline.ledger.acknowledged(scene.instanceId);
  expect(scene.told()).toHaveLength(3);
  expect(scene.told().at(-1)).toBe('heard thanks');
  expect(scene.heard()[0]).toBe('{"data":{"amount":"10"}}');
});

test('a message written meanwhile is answered with a hint and never treated as the call', async () => {
  scene = await startScene({ hints: { waiting: 'Waiting for your payment' } }, paying);
  const sessionId = await begun();
  await scene.says('I paid');
  expect(await scene.finals(2)).toEqual(['answered', 'ignored: webhook_pending']);
  await scene.tells('Pay, please', 'Waiting for your payment');
  expect(scene.heard()).toEqual([]);
  expect(await call(sessionId, '"yes"')).toBe('answered');
  expect(scene.heard()).toEqual(['{"data":"yes"}']);
});

test('a call that arrives while a human has the chat is kept and continues the flow when the bot resumes', async () => {
  scene = await startScene({}, paying);
  const sessionId = await begun();
  await scene.says('I am here', { fromMe: true });
  await scene.finals(2);
  expect(await call(sessionId, '"yes"')).toBe('answered');
  expect(scene.heard()).toEqual([]);
  const snapshot = { typebotIntegrationId: null, bot: null };
  const resume = await scene.pipeline.command(scene.chat, { type: 'open', sessionId, snapshot });
  expect(await resume.outcome()).toBe('answered');
  await scene.tells('Pay, please', 'Paid: yes');
});

test.each(['yes', 'sim'])('a second call, and a call where the flow is at no Webhook block, is refused (%s)', async (words) => {
  scene = await startScene({}, paying);
  const sessionId = await begun();
  expect(await call(sessionId, JSON.stringify(words))).toBe('answered');
  expect(await call(sessionId, JSON.stringify(words))).toBe('ignored: conflict_no_webhook');
  expect(await call('00000000-0000-4000-8000-000000000000', '1')).toBe('ignored: conflict_no_webhook');
  expect(scene.heard()).toEqual([JSON.stringify({ data: words })]);
});

async function begun(): Promise<string> {
  await scene.says('hello');
  await scene.tells('Pay, please');
  await scene.finals(1);
  return scene.liveSession();
}

async function call(sessionId: string, payload: string): Promise<string> {
  return (await scene.pipeline.command(scene.chat, { type: 'webhook', sessionId, payload })).outcome();
}
