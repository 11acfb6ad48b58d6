import type { Command } from '@typelane/core';
import { waitUntil } from '@typelane/testkit';
import { afterEach, expect, test } from 'vitest';
import { type Scene, startScene } from './scene.ts';

/** Orders of an operator that meet a turn, a delivery, or one another; pause.test.ts has what each does alone. */
let scene: Scene;
afterEach(() => scene.close());

const snapshot = { typebotIntegrationId: null, bot: null };

test('a close while a reply is half delivered lets that reply finish and retracts the replies after it', async () => {
  scene = await startScene({});
  const delivery = scene.holdDelivery();
  await scene.says('hello');
  await delivery.begun;
  for (const words of ['first', 'second']) await scene.says(words);
  await scene.finals(3);
  const close = await order({ type: 'close', sessionId: await scene.liveSession(), reason: 'operator' });
  expect(await close.outcome()).toBe('answered');
  delivery.release();
  await scene.pipeline.ledger.acknowledged(scene.instanceId);
  expect(scene.told()).toEqual(['started by hello']);
  await scene.says('again');
  await scene.tells('started by hello', 'started by again');
});

test('a reply that completes while a pause waits for a call dispatches no further reply', async () => {
  scene = await startScene({});
  const delivery = scene.holdDelivery();
  await scene.says('hello');
  await delivery.begun;
  await scene.says('first');
  await scene.finals(2);
  const typebot = scene.holdTypebot();
  await scene.says('second');
  await scene.asked('second');
  const pause = await order({ type: 'pause', sessionId: await scene.liveSession(), reason: 'operator' });
  delivery.release();
  await waitUntil(async () => (await acked()) === 1, { what: 'the first reply to be acknowledged' });
  typebot.release();
  expect(await pause.outcome()).toBe('answered');
  await scene.pipeline.ledger.acknowledged(scene.instanceId);
  expect(scene.told()).toEqual(['started by hello']);
});

test('closing an ended session delays no reply of the active session', async () => {
  // No sweep comes to help.
  scene = await startScene({}, undefined, { sweepMs: 600_000 });
  const delivery = scene.holdDelivery();
  await scene.says('hello');
  await delivery.begun;
  await scene.says('first');
  await scene.finals(2);
  const typebot = scene.holdTypebot();
  await scene.says('second');
  await scene.asked('second');
  const close = await order({ type: 'close', sessionId: '00000000-0000-4000-8000-000000000000', reason: 'operator' });
  delivery.release();
  await scene.tells('started by hello', 'heard first');
  typebot.release();
  expect(await close.outcome()).toBe('answered');
  await scene.tells('started by hello', 'heard first', 'heard second');
});

test.each(['pause', 'close'] as const)('a %s of an ended session retracts no answer of the active session', async (type) => {
  scene = await startScene({ keywords: { restart: ['anew'] } });
  await scene.says('hello');
  await scene.finals(1);
  const over = await scene.liveSession();
  await scene.says('anew');
  await scene.finals(2);
  const typebot = scene.holdTypebot();
  await scene.says('first');
  await scene.asked('first');
  const late = await order({ type, sessionId: over, reason: 'operator' });
  typebot.release();
  expect(await late.outcome()).toBe(type === 'close' ? 'answered' : 'ignored: conflict_not_open');
  await scene.tells('started by hello', 'started by', 'heard first');
});

test('two simultaneous closes during a call end the session once', async () => {
  scene = await startScene({});
  await scene.says('hello');
  await scene.finals(1);
  const sessionId = await scene.liveSession();
  const typebot = scene.holdTypebot();
  await scene.says('first');
  await scene.asked('first');
  const closes = await Promise.all([1, 2].map(() => order({ type: 'close', sessionId, reason: 'operator' })));
  typebot.release();
  expect(await Promise.all(closes.map((close) => close.outcome()))).toEqual(['answered', 'answered']);
  expect(await scene.sessions()).toEqual(['closed: operator']);
  await scene.pipeline.ledger.acknowledged(scene.instanceId);
  expect(scene.told()).toEqual(['started by hello']);
});

test('after pauses and resumes sent in quick succession the chat is in the state of the last one', async () => {
  scene = await startScene({});
  await scene.says('hello');
  await scene.finals(1);
  const sessionId = await scene.liveSession();
  const orders: Command[] = [
    { type: 'pause', sessionId, reason: 'operator' },
    { type: 'open', sessionId, snapshot },
    { type: 'pause', sessionId, reason: 'operator' },
    { type: 'open', sessionId, snapshot },
  ];
  const given = [];
  for (const command of orders) given.push(await order(command));
  expect(await Promise.all(given.map((command) => command.outcome()))).toEqual(orders.map(() => 'answered'));
  await scene.says('first');
  await scene.tells('started by hello', 'heard first');
  expect(await scene.sessions()).toEqual(['open']);
});

test.each([
  ['open', 'ignored: conflict_session_open'],
  ['paused', 'ignored: conflict_paused'],
])('a start in a chat whose session is %s is refused, and with force it replaces that session', async (status, refused) => {
  scene = await startScene({});
  await scene.says('hello');
  await scene.tells('started by hello');
  const sessionId = await scene.liveSession();
  if (status === 'paused') await (await order({ type: 'pause', sessionId, reason: 'operator' })).outcome();
  expect(await (await order(start(false))).outcome()).toBe(refused);
  expect(await (await order(start(true))).outcome()).toBe('answered');
  expect(await scene.sessions()).toEqual(['closed: replaced', 'open']);
  await scene.tells('started by hello', 'started by');
});

function start(force: boolean): Command {
  const sessionId = crypto.randomUUID();
  return { type: 'start', sessionId, address: scene.chat.jid, publicId: null, variables: {}, startMessage: null, status: 'open', force };
}

function order(command: Command) {
  return scene.pipeline.command(scene.chat, command);
}

async function acked(): Promise<number> {
  return (await scene.pipeline.ledger.conversations(scene.instanceId))[0]?.ackedSeq ?? 0;
}
