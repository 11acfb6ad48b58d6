import { type FakeTypebot, inboundText, startFakeTypebot, waitUntil } from '@typelane/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { said } from './chaos/said.ts';
import { alteredEnv } from './faults/altered-env.ts';
import { crashPoints, type Ending, stone } from './faults/crash-points.ts';
import { type Pipeline, startPipeline } from './harness.ts';
import { echoBot } from './order/echo-bot.ts';

/**
 * A worker that dies, or freezes and continues too late, at one exact point of its work. Wherever that is, the chat continues in order,
 * and the event in progress ends as the policy for uncertain turns says.
 */
let typebot: FakeTypebot;

beforeAll(async () => {
  typebot = await startFakeTypebot({ bots: { echo: echoBot }, latencyMs: 100 });
});

afterAll(async () => {
  await typebot.close();
  typebot.assertClean();
});

/** Milliseconds: only a Typebot that does not answer takes longer, however busy the machine is. */
const callTimeoutMs = 4_000;

const rows = crashPoints.flatMap((point) =>
  (['killed', 'frozen'] as const).flatMap((ending) =>
    (['at-most-once', 'at-least-once'] as const).map((delivery) => ({ ...point, point, ending, delivery })),
  ),
);

test.concurrent.each(rows)('$name $ending $delivery: a worker $when', { timeout: 90_000 }, async ({ point, ending, delivery }) => {
  const pipeline = await startPipeline({ typebots: [typebot.url], workers: 0, timeoutMs: callTimeoutMs, quarantineMs: 500 });
  try {
    const instanceId = await pipeline.register({
      url: typebot.url,
      publicId: 'echo',
      settings: { delivery, errorMessage: null, uncertainMessage: null },
      instanceId: `${point.name}-${ending}-${delivery}`,
    });
    const texts = ['one', 'two', stone, 'four', 'five'].map((word) => `${word} of ${instanceId}`);
    await stumble(pipeline, point.alteration(ending), ending, instanceId, texts);

    const outcomes = await pipeline.tables.handled(instanceId, texts.length, 40_000);
    await pipeline.tables.acknowledged(instanceId, 40_000);
    const expected = delivery === 'at-most-once' ? point.atMostOnce : point.atLeastOnce;
    expect(outcomes.map(({ final }) => final)).toEqual(['answered', 'answered', expected.final, 'answered', 'answered']);
    expect(heardOnce(texts)).toEqual(texts.flatMap((words, i) => Array<string>(i === 2 ? expected.calls : 1).fill(words)));
    const told = expected.final === 'answered' ? texts : texts.filter((_, i) => i !== 2);
    expect(pipeline.consumer.textsTo(instanceId)).toEqual(told.map((words, i) => `${i === 0 ? 'started by' : 'heard'} ${words}`));
  } finally {
    await pipeline.close();
  }
});

/**
 * Which of these texts Typebot received, in order. A start whose answer did not come in time is repeated once (docs/guarantees.md), with the first
 * text in it: that does not count as received twice.
 */
function heardOnce(texts: string[]): string[] {
  const requests = typebot.heard.flatMap((request) => {
    const words = said(request);
    return words !== null && texts.includes(words) ? [{ kind: request.kind, words }] : [];
  });
  return requests.filter(({ kind }, i) => kind === 'continue' || requests[i + 1]?.kind !== 'start').map(({ words }) => words);
}

/** Sends all texts to a worker with a planted crash point; when that worker has crashed, another one starts. A frozen one continues in the end. */
async function stumble(
  pipeline: Pipeline,
  alteration: Parameters<typeof alteredEnv>[0][number],
  ending: Ending,
  instanceId: string,
  texts: string[],
): Promise<void> {
  const victim = await pipeline.spawnWorker(alteredEnv([alteration]));
  const say = (text: string, i: number) =>
    pipeline.publish(inboundText({ instanceId, jid: '5531999990000@s.whatsapp.net', keyId: `key-${i}`, text }));
  // One by one, so that earlier messages are finished when the worker reaches the crash point.
  for (const [i, text] of texts.slice(0, 2).entries()) {
    await say(text, i);
    await pipeline.tables.handled(instanceId, i + 1);
  }
  for (const [i, text] of texts.slice(2).entries()) await say(text, i + 2);
  await waitUntil(() => (ending === 'killed' ? !victim.isAlive() : victim.isFrozen()), {
    what: `the worker to be ${ending}`,
    timeoutMs: 20_000,
  });
  await pipeline.startWorker();
  if (ending === 'killed') return;
  await pipeline.tables.handled(instanceId, texts.length, 40_000);
  victim.thaw();
  expect(await victim.stop()).toBe(0);
}
