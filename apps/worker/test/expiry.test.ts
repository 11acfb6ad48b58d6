import { setTimeout as sleep } from 'node:timers/promises';
import { inboundText, waitUntil } from '@typelane/testkit';
import { afterEach, expect, test } from 'vitest';
import { finalOf } from './tables.ts';
import { type Scenario, startScenario } from './scenario.ts';

/** Sessions and pauses that end by time alone. */
let scenario: Scenario;
afterEach(() => scenario.close());

/** Minutes. */
const aMoment = 0.02;
const soon = { expireAfterMinutes: aMoment, expireMessage: 'Are you gone?' };

test('an idle session is closed with a notice to the contact, and the next message starts a new one', async () => {
  scenario = await startScenario(soon);
  await scenario.says('hello');
  await scenario.tells('started by hello', 'Are you gone?');
  expect(await scenario.finals(2)).toEqual(['answered', 'answered']);
  expect(await scenario.sessions()).toEqual(['closed: expired']);
  await scenario.says('again');
  await waitUntil(() => scenario.told().includes('started by again'), { what: 'another start' });
});

test('a session stays open while the contact writes, and its timer fires once at the end', async () => {
  scenario = await startScenario({ expireAfterMinutes: 0.04, expireMessage: 'Are you gone?' });
  const words = ['hello', 'one', 'two', 'three', 'four'];
  for (const said of words) {
    await scenario.says(said);
    await sleep(600);
  }
  await waitUntil(() => scenario.told().includes('Are you gone?'), { what: 'the farewell' });
  expect(scenario.told()).toEqual(['started by hello', ...words.slice(1).map((said) => `heard ${said}`), 'Are you gone?']);
  // Only one timer command was inserted: the earlier due times were postponed without one.
  expect(await scenario.finals(6)).toEqual(Array.from({ length: 6 }, () => 'answered'));
});

test('a chat that a human has taken never expires', async () => {
  scenario = await startScenario(soon);
  await scenario.says('I am here', { fromMe: true });
  await scenario.finals(1);
  await sleep(2_000);
  expect(await scenario.finals(1)).toEqual(['ignored: human']);
  expect(await scenario.sessions()).toEqual(['paused: human']);
  expect(scenario.told()).toEqual([]);
});

test('a pause before the timer fires keeps the session, and a resume restarts the full time', async () => {
  scenario = await startScenario({ ...soon, expireAfterMinutes: 0.04 });
  await scenario.says('hello');
  const sessionId = await scenario.liveSession();
  await scenario.finals(1);
  const pause = await scenario.pipeline.command(scenario.chat, { type: 'pause', sessionId, reason: 'operator' });
  expect(await pause.outcome()).toBe('answered');
  await sleep(3_000);
  expect(await scenario.sessions()).toEqual(['paused: operator']);
  expect(scenario.told()).toEqual(['started by hello']);
  const resume = await scenario.pipeline.command(scenario.chat, {
    type: 'open',
    sessionId,
    snapshot: { typebotIntegrationId: null, bot: null },
  });
  expect(await resume.outcome()).toBe('answered');
  await scenario.says('first');
  await waitUntil(() => scenario.told().includes('heard first'), { what: 'the answer' });
  await waitUntil(() => scenario.told().includes('Are you gone?'), { what: 'the farewell' });
});

test('a human who is silent long enough returns the chat to the bot, which waits for the contact', async () => {
  scenario = await startScenario({ pause: { resumeAfterMinutes: 0.02 } });
  await scenario.says('hello');
  await scenario.finals(1);
  await scenario.says('Let me see', { fromMe: true });
  await waitUntil(async () => (await scenario.sessions())[0] === 'open', { what: 'the bot to have the chat again' });
  expect(await scenario.finals(3)).toEqual(['answered', 'ignored: human', 'answered']);
  expect(scenario.told()).toEqual(['started by hello']);
  await scenario.says('first');
  await scenario.tells('started by hello', 'heard first');
});

test('each message of the human postpones the time when the bot resumes', async () => {
  scenario = await startScenario({ pause: { resumeAfterMinutes: 0.04 } });
  await scenario.says('hello');
  await scenario.finals(1);
  for (const said of ['one', 'two', 'three', 'four']) {
    await scenario.says(said, { fromMe: true });
    await sleep(600);
  }
  expect(await scenario.sessions()).toEqual(['paused: human']);
  await waitUntil(async () => (await scenario.sessions())[0] === 'open', { what: 'the bot to have the chat again' });
});

test('the timers of many chats fire once each with three workers', { timeout: 60_000 }, async () => {
  scenario = await startScenario({ ...soon, expireAfterMinutes: 0.03 }, undefined, { workers: 3, concurrency: 10 });
  const { pipeline, instanceId } = scenario;
  const jids = Array.from({ length: 300 }, (_, index) => `55319${String(index).padStart(8, '0')}@s.whatsapp.net`);
  await pipeline.inbound.addBulk(jids.map((jid) => ({ name: 'message', data: inboundText({ instanceId, jid, text: 'hello' }) })));
  const outcomes = await pipeline.tables.handled(instanceId, 600, 40_000);
  await pipeline.tables.acknowledged(instanceId);
  expect(outcomes).toHaveLength(600);
  expect(new Set(outcomes.map(finalOf))).toEqual(new Set(['answered']));
  for (const jid of jids) expect(pipeline.consumer.textsTo(instanceId, jid)).toEqual(['started by hello', 'Are you gone?']);
});

test('a message published in time is answered in its session, even if the session expired while no worker ran', async () => {
  scenario = await startScenario({ ...soon, expireAfterMinutes: 0.06 }, undefined, { workers: 0 });
  const worker = await scenario.pipeline.startWorker();
  await scenario.says('hello');
  await scenario.tells('started by hello');
  await scenario.finals(1);
  await worker.stop();
  await scenario.says('first');
  await sleep(4_000);
  await scenario.pipeline.startWorker();
  await waitUntil(() => scenario.told().includes('Are you gone?'), { what: 'the farewell' });
  expect(scenario.told()).toEqual(['started by hello', 'heard first', 'Are you gone?']);
  expect(await scenario.sessions()).toEqual(['closed: expired']);
});

test('no timer fires while an event published before its due time is not yet ingested', async () => {
  scenario = await startScenario({ ...soon, expireAfterMinutes: 0.03 });
  await scenario.says('hello');
  await scenario.finals(1);
  await scenario.pipeline.inbound.pause();
  await scenario.says('first');
  await sleep(3_500);
  expect(scenario.told()).toEqual(['started by hello']);
  await scenario.pipeline.inbound.resume();
  await waitUntil(() => scenario.told().includes('Are you gone?'), { what: 'the farewell' });
  expect(scenario.told()).toEqual(['started by hello', 'heard first', 'Are you gone?']);
});

test('a message written after the expiry finds the session closed, even if no timer could fire', async () => {
  scenario = await startScenario(soon, undefined, { workers: 0 });
  const worker = await scenario.pipeline.startWorker();
  await scenario.says('hello');
  await scenario.tells('started by hello');
  await scenario.finals(1);
  await worker.stop();
  await sleep(2_000);
  await scenario.says('again');
  await scenario.pipeline.startWorker();
  await waitUntil(() => scenario.told().includes('started by again'), { what: 'another start' });
  expect((await scenario.sessions())[0]).toBe('closed: expired');
  expect(scenario.heard()).toEqual([]);
});

test('a constant backlog of events from a producer whose clock is hours behind does not stop timers from firing', async () => {
  scenario = await startScenario(soon);
  const { pipeline } = scenario;
  const timestamp = Date.now() - 2 * 3_600_000;
  const data = inboundText({ instanceId: 'elsewhere', jid: '5531988880000@s.whatsapp.net', text: 'hello' });
  let isOver = false;
  const flood = (async () => {
    while (!isOver) await pipeline.inbound.addBulk(Array.from({ length: 300 }, () => ({ name: 'message', data, opts: { timestamp } })));
  })();
  try {
    await scenario.says('hello');
    await waitUntil(() => scenario.told().includes('Are you gone?'), { what: 'the farewell' });
  } finally {
    isOver = true;
    await flood;
  }
  expect(await scenario.sessions()).toEqual(['closed: expired']);
});
