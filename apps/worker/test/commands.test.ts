import type { Command } from '@typelane/core';
import { waitUntil } from '@typelane/testkit';
import { afterEach, expect, test } from 'vitest';
import { type Scenario, startScenario } from './scenario.ts';

/** Commands of an operator that coincide with a turn, a delivery or one another. pause.test.ts covers each one alone. */
let scenario: Scenario;
afterEach(() => scenario.close());

const snapshot = { typebotIntegrationId: null, bot: null };

test('a close while a reply is half delivered lets that reply finish and retracts the replies after it', async () => {
  scenario = await startScenario({});
  const delivery = scenario.holdDelivery();
  await scenario.says('hello');
  await delivery.begun;
  for (const words of ['first', 'second']) await scenario.says(words);
  await scenario.finals(3);
  const close = await order({ type: 'close', sessionId: await scenario.liveSession(), reason: 'operator' });
  expect(await close.outcome()).toBe('answered');
  delivery.release();
  await scenario.pipeline.tables.acknowledged(scenario.instanceId);
  expect(scenario.told()).toEqual(['started by hello']);
  await scenario.says('again');
  await scenario.tells('started by hello', 'started by again');
});

test('a reply that completes while a pause waits for a call dispatches no further reply', async () => {
  scenario = await startScenario({});
  const delivery = scenario.holdDelivery();
  await scenario.says('hello');
  await delivery.begun;
  await scenario.says('first');
  await scenario.finals(2);
  const typebot = scenario.holdTypebot();
  await scenario.says('second');
  await scenario.asked('second');
  const pause = await order({ type: 'pause', sessionId: await scenario.liveSession(), reason: 'operator' });
  delivery.release();
  await waitUntil(async () => (await acked()) === 1, { what: 'the first reply to be acknowledged' });
  typebot.release();
  expect(await pause.outcome()).toBe('answered');
  await scenario.pipeline.tables.acknowledged(scenario.instanceId);
  expect(scenario.told()).toEqual(['started by hello']);
});

test('closing an ended session delays no reply of the active session', async () => {
  // No sweep runs that could help.
  scenario = await startScenario({}, undefined, { sweepMs: 600_000 });
  const delivery = scenario.holdDelivery();
  await scenario.says('hello');
  await delivery.begun;
  await scenario.says('first');
  await scenario.finals(2);
  const typebot = scenario.holdTypebot();
  await scenario.says('second');
  await scenario.asked('second');
  const close = await order({ type: 'close', sessionId: '00000000-0000-4000-8000-000000000000', reason: 'operator' });
  delivery.release();
  await scenario.tells('started by hello', 'heard first');
  typebot.release();
  expect(await close.outcome()).toBe('answered');
  await scenario.tells('started by hello', 'heard first', 'heard second');
});

test.each(['pause', 'close'] as const)('a %s of an ended session retracts no answer of the active session', async (type) => {
  scenario = await startScenario({ keywords: { restart: ['anew'] } });
  await scenario.says('hello');
  await scenario.finals(1);
  const over = await scenario.liveSession();
  await scenario.says('anew');
  await scenario.finals(2);
  const typebot = scenario.holdTypebot();
  await scenario.says('first');
  await scenario.asked('first');
  const late = await order({ type, sessionId: over, reason: 'operator' });
  typebot.release();
  expect(await late.outcome()).toBe(type === 'close' ? 'answered' : 'ignored: conflict_not_open');
  await scenario.tells('started by hello', 'started by', 'heard first');
});

test('two simultaneous closes during a call end the session once', async () => {
  scenario = await startScenario({});
  await scenario.says('hello');
  await scenario.finals(1);
  const sessionId = await scenario.liveSession();
  const typebot = scenario.holdTypebot();
  await scenario.says('first');
  await scenario.asked('first');
  const closes = await Promise.all([1, 2].map(() => order({ type: 'close', sessionId, reason: 'operator' })));
  typebot.release();
  expect(await Promise.all(closes.map((close) => close.outcome()))).toEqual(['answered', 'answered']);
  expect(await scenario.sessions()).toEqual(['closed: operator']);
  await scenario.pipeline.tables.acknowledged(scenario.instanceId);
  expect(scenario.told()).toEqual(['started by hello']);
});

test('after pauses and resumes sent in quick succession the chat is in the state of the last one', async () => {
  scenario = await startScenario({});
  await scenario.says('hello');
  await scenario.finals(1);
  const sessionId = await scenario.liveSession();
  const orders: Command[] = [
    { type: 'pause', sessionId, reason: 'operator' },
    { type: 'open', sessionId, snapshot },
    { type: 'pause', sessionId, reason: 'operator' },
    { type: 'open', sessionId, snapshot },
  ];
  const given = [];
  for (const command of orders) given.push(await order(command));
  expect(await Promise.all(given.map((command) => command.outcome()))).toEqual(orders.map(() => 'answered'));
  await scenario.says('first');
  await scenario.tells('started by hello', 'heard first');
  expect(await scenario.sessions()).toEqual(['open']);
});

test.each([
  ['open', 'ignored: conflict_session_open'],
  ['paused', 'ignored: conflict_paused'],
])('a start in a chat whose session is %s is refused, and with force it replaces that session', async (status, refused) => {
  scenario = await startScenario({});
  await scenario.says('hello');
  await scenario.tells('started by hello');
  const sessionId = await scenario.liveSession();
  if (status === 'paused') await (await order({ type: 'pause', sessionId, reason: 'operator' })).outcome();
  expect(await (await order(start(false))).outcome()).toBe(refused);
  expect(await (await order(start(true))).outcome()).toBe('answered');
  expect(await scenario.sessions()).toEqual(['closed: replaced', 'open']);
  await scenario.tells('started by hello', 'started by');
});

function start(force: boolean): Command {
  const sessionId = crypto.randomUUID();
  return { type: 'start', sessionId, address: scenario.chat.jid, publicId: null, variables: {}, startMessage: null, status: 'open', force };
}

function order(command: Command) {
  return scenario.pipeline.command(scenario.chat, command);
}

async function acked(): Promise<number> {
  return (await scenario.pipeline.tables.conversations(scenario.instanceId))[0]?.ackedSeq ?? 0;
}
