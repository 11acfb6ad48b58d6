import { type FakeTypebot, startFakeTypebot } from '@typelane/testkit';
import * as fc from 'fast-check';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Pipeline, startPipeline } from './harness.ts';
import { echoBot } from './order/echo-bot.ts';
import { type Fault, planOf, workers } from './order/plan.ts';
import { faultsIn } from './order/run.ts';

/**
 * Whatever arrives, in any jobs, and whatever happens to the workers: nothing is lost, repeated or reordered. The result is judged from
 * outside: by what Typebot received, what the consumer received, and how each event ended. A failure prints the seed and the plan.
 */
let typebot: FakeTypebot;
let pipeline: Pipeline;

beforeEach(async () => {
  typebot = await startFakeTypebot({ bots: { echo: echoBot } });
  pipeline = await startPipeline({ typebots: [typebot.url], workers: 0, concurrency: 3 });
});

afterEach(async () => {
  await pipeline.close();
  await typebot.close();
});

test('order survives restarts, lost leases and lost wake-ups, and no answer is uncertain', { timeout: 90_000 }, async () => {
  const strike = await hire(() => pipeline.startWorker());
  await fc.assert(
    fc.asyncProperty(planOf(['stop', 'forget_leases', 'forget_wake_ups'], 3), async (plan) => {
      expect(await faultsIn(plan, pipeline, typebot, { strike })).toEqual([]);
    }),
    { numRuns: 15, endOnFailure: true },
  );
});

test('order survives kill -9 at any moment, and only calls under way become uncertain', { timeout: 120_000 }, async () => {
  const strike = await hire(() => pipeline.spawnWorker());
  await fc.assert(
    fc.asyncProperty(planOf(['kill'], 2), async (plan) => {
      // Each of the six chats has at most one call in flight when a worker dies.
      expect(await faultsIn(plan, pipeline, typebot, { strike, uncertainMax: 6 * plan.faults.length })).toEqual([]);
    }),
    { numRuns: 4, endOnFailure: true },
  );
});

type Hired = { stop(): Promise<unknown>; kill?: () => Promise<void> };

/** Two workers. One that is stopped or killed is replaced at once. */
async function hire(newWorker: () => Promise<Hired>): Promise<(fault: Fault) => Promise<void>> {
  const crew = await Promise.all(Array.from({ length: workers }, newWorker));
  return async ({ what, worker }) => {
    const struck = crew[worker];
    switch (what) {
      case 'forget_wake_ups':
        return forget('converse:wait');
      case 'forget_leases':
        return forgetLeases();
      case 'stop':
        await struck?.stop();
        break;
      case 'kill':
        await struck?.kill?.();
        await forgetLeases();
        break;
    }
    crew[worker] = await newWorker();
  };
}

/** A process that dies leaves its leases for five seconds. Deleting them also makes two processes believe that they hold the same lease. */
function forgetLeases(): Promise<void> {
  return forget('inbound:typelane-inbound', 'outbound:typelane-acknowledger');
}

async function forget(...keys: string[]): Promise<void> {
  await pipeline.redis.del(...keys.map((key) => `${pipeline.prefix}:${key}`));
}
