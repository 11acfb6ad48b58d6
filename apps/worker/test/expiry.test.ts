import { setTimeout as sleep } from 'node:timers/promises';
import { inboundText, waitUntil } from '@typelane/testkit';
import { afterEach, expect, test } from 'vitest';
import { finalOf } from './ledger.ts';
import { type Scene, startScene } from './scene.ts';

/** Sessions that end, and pauses that are over, by time alone. */
let scene: Scene;
afterEach(() => scene.close());

/** Minutes. */
const aMoment = 0.01;
const soon = { expireAfterMinutes: aMoment, expireMessage: 'Are you gone?' };

test('an idle session is closed with a notice to the contact, and the next message starts a new one', async () => {
  scene = await startScene(soon);
  await scene.says('hello');
  await scene.tells('started by hello', 'Are you gone?');
  expect(await scene.finals(2)).toEqual(['answered', 'answered']);
  expect(await scene.sessions()).toEqual(['closed: expired']);
  await scene.says('again');
  await waitUntil(() => scene.told().includes('started by again'), { what: 'another start' });
});

test('a session stays open while the contact writes, and its timer fires once at the end', async () => {
  scene = await startScene({ expireAfterMinutes: 0.04, expireMessage: 'Are you gone?' });
  const words = ['hello', 'one', 'two', 'three', 'four'];
  for (const said of words) {
    await scene.says(said);
    await sleep(600);
  }
  await waitUntil(() => scene.told().includes('Are you gone?'), { what: 'the farewell' });
  expect(scene.told()).toEqual(['started by hello', ...words.slice(1).map((said) => `heard ${said}`), 'Are you gone?']);
  // One command of a timer in all: the others were moved on unheard.
  expect(await scene.finals(6)).toEqual(Array.from({ length: 6 }, () => 'answered'));
});

test('a chat that a human has taken never expires', async () => {
  scene = await startScene(soon);
  await scene.says('I am here', { fromMe: true });
  await scene.finals(1);
  await sleep(2_000);
  expect(await scene.finals(1)).toEqual(['ignored: human']);
  expect(await scene.sessions()).toEqual(['paused: human']);
  expect(scene.told()).toEqual([]);
});

test('a pause before the timer fires keeps the session, and a resume restarts the full time', async () => {
  scene = await startScene({ ...soon, expireAfterMinutes: 0.04 });
  await scene.says('hello');
  const sessionId = await scene.liveSession();
  await scene.finals(1);
  const pause = await scene.pipeline.command(scene.chat, { type: 'pause', sessionId, reason: 'operator' });
  expect(await pause.outcome()).toBe('answered');
  await sleep(3_000);
  expect(await scene.sessions()).toEqual(['paused: operator']);
  expect(scene.told()).toEqual(['started by hello']);
  const resume = await scene.pipeline.command(scene.chat, {
    type: 'open',
    sessionId,
    snapshot: { typebotIntegrationId: null, bot: null },
  });
  expect(await resume.outcome()).toBe('answered');
  await scene.says('first');
  await waitUntil(() => scene.told().includes('heard first'), { what: 'the answer' });
  await waitUntil(() => scene.told().includes('Are you gone?'), { what: 'the farewell' });
});

test('a human who is silent long enough returns the chat to the bot, which waits for the contact', async () => {
  scene = await startScene({ pause: { resumeAfterMinutes: 0.02 } });
  await scene.says('hello');
  await scene.finals(1);
  await scene.says('Let me see', { fromMe: true });
  await waitUntil(async () => (await scene.sessions())[0] === 'open', { what: 'the bot to have the chat again' });
  expect(await scene.finals(3)).toEqual(['answered', 'ignored: human', 'answered']);
  expect(scene.told()).toEqual(['started by hello']);
  await scene.says('first');
  await scene.tells('started by hello', 'heard first');
});

test('each message of the human postpones the time when the bot resumes', async () => {
  scene = await startScene({ pause: { resumeAfterMinutes: 0.04 } });
  await scene.says('hello');
  await scene.finals(1);
  for (const said of ['one', 'two', 'three', 'four']) {
    await scene.says(said, { fromMe: true });
    await sleep(600);
  }
  expect(await scene.sessions()).toEqual(['paused: human']);
  await waitUntil(async () => (await scene.sessions())[0] === 'open', { what: 'the bot to have the chat again' });
});

test('the timers of many chats fire once each with three workers', { timeout: 60_000 }, async () => {
  scene = await startScene({ ...soon, expireAfterMinutes: 0.03 }, undefined, { workers: 3, concurrency: 10 });
  const { pipeline, instanceId } = scene;
  const jids = Array.from({ length: 300 }, (_, index) => `55319${String(index).padStart(8, '0')}@s.whatsapp.net`);
  await pipeline.inbound.addBulk(jids.map((jid) => ({ name: 'message', data: inboundText({ instanceId, jid, text: 'hello' }) })));
  const outcomes = await pipeline.ledger.handled(instanceId, 600, 40_000);
  await pipeline.ledger.acknowledged(instanceId);
  expect(outcomes).toHaveLength(600);
  expect(new Set(outcomes.map(finalOf))).toEqual(new Set(['answered']));
  for (const jid of jids) expect(pipeline.consumer.textsTo(instanceId, jid)).toEqual(['started by hello', 'Are you gone?']);
});

test('a message published in time is answered in its session, even if the session expired while no worker ran', async () => {
  scene = await startScene({ ...soon, expireAfterMinutes: 0.06 }, undefined, { workers: 0 });
  const worker = await scene.pipeline.startWorker();
  await scene.says('hello');
  await scene.tells('started by hello');
  await scene.finals(1);
  await worker.stop();
  await scene.says('first');
  await sleep(4_000);
  await scene.pipeline.startWorker();
  await waitUntil(() => scene.told().includes('Are you gone?'), { what: 'the farewell' });
  expect(scene.told()).toEqual(['started by hello', 'heard first', 'Are you gone?']);
  expect(await scene.sessions()).toEqual(['closed: expired']);
});

test('no timer fires while an event published before its due time is not yet ingested', async () => {
  scene = await startScene({ ...soon, expireAfterMinutes: 0.03 });
  await scene.says('hello');
  await scene.finals(1);
  await scene.pipeline.inbound.pause();
  await scene.says('first');
  await sleep(3_500);
  expect(scene.told()).toEqual(['started by hello']);
  await scene.pipeline.inbound.resume();
  await waitUntil(() => scene.told().includes('Are you gone?'), { what: 'the farewell' });
  expect(scene.told()).toEqual(['started by hello', 'heard first', 'Are you gone?']);
});

test('a message written after the expiry finds the session closed, even if no timer could fire', async () => {
  scene = await startScene(soon, undefined, { workers: 0 });
  const worker = await scene.pipeline.startWorker();
  await scene.says('hello');
  await scene.tells('started by hello');
  await scene.finals(1);
  await worker.stop();
  await sleep(2_000);
  await scene.says('again');
  await scene.pipeline.startWorker();
  await waitUntil(() => scene.told().includes('started by again'), { what: 'another start' });
  expect((await scene.sessions())[0]).toBe('closed: expired');
  expect(scene.heard()).toEqual([]);
});

test('a constant backlog of events from a producer whose clock is hours behind does not stop timers from firing', async () => {
  scene = await startScene(soon);
  const { pipeline } = scene;
  const timestamp = Date.now() - 2 * 3_600_000;
  const data = inboundText({ instanceId: 'elsewhere', jid: '5531988880000@s.whatsapp.net', text: 'hello' });
  let isOver = false;
  const flood = (async () => {
    while (!isOver) await pipeline.inbound.addBulk(Array.from({ length: 300 }, () => ({ name: 'message', data, opts: { timestamp } })));
  })();
  try {
    await scene.says('hello');
    await waitUntil(() => scene.told().includes('Are you gone?'), { what: 'the farewell' });
  } finally {
    isOver = true;
    await flood;
  }
  expect(await scene.sessions()).toEqual(['closed: expired']);
});
