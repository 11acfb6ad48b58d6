import { setTimeout as sleep } from 'node:timers/promises';
import { type FakeTypebot, waitUntil } from '@typelane/testkit';
import type { Queue } from 'bullmq';
import type { Pipeline } from '../harness.ts';
import { arrivalsOf } from './echo-bot.ts';
import { faultsOf } from './history.ts';
import { arrivalsOfPlan, type Fault, type Plan } from './plan.ts';

export type RunOptions = {
  /** Applies the faults of the plan to the workers. */
  strike?: (fault: Fault) => Promise<void>;
  /** Jobs that strikes have added and nobody can read. */
  unreadable?: () => number;
  /** Answers that may be uncertain; default none. */
  uncertainMax?: number;
  /** Where producers add; default the queue `inbound`. */
  queue?: Queue;
  timeoutMs?: number;
};

/** Runs a plan to its end against the echo bot `echo`, and returns the faults. */
export async function faultsIn(plan: Plan, pipeline: Pipeline, typebot: FakeTypebot, options: RunOptions = {}): Promise<string[]> {
  const {
    strike = () => Promise.resolve(),
    unreadable = () => 0,
    uncertainMax = 0,
    queue = pipeline.inbound,
    timeoutMs = 40_000,
  } = options;
  const bot = { url: typebot.url, publicId: 'echo' };
  const instanceIds = [await pipeline.register(bot), await pipeline.register(bot)];
  const { jobs, published, dead } = arrivalsOfPlan(plan, instanceIds);
  const before = {
    heard: typebot.heard.length,
    delivered: pipeline.consumer.deliveries.length,
    dead: (await pipeline.tables.deadLetters()).length,
  };
  const { count, struck } = tally(plan, strike);
  typebot.mood(() => ({ type: 'delay', ms: valueAt(plan.latenciesMs, count('asked')) }));
  pipeline.consumer.during(() => void count('delivered'));

  for (const data of jobs) {
    await queue.add('message', data);
    await sleep(valueAt(plan.gapsMs, count('added')));
  }
  for (const [instanceId, events] of published) {
    await pipeline.tables.handled(instanceId, new Set(events.map(({ event }) => event.data.keyId)).size, timeoutMs);
    await pipeline.tables.acknowledged(instanceId, timeoutMs);
  }
  await struck();
  await waitUntil(async () => (await queue.getJobCountByTypes('waiting', 'active')) === 0, { what: 'the ingestion of all events' });

  const arrivals = arrivalsOf(typebot.heard.slice(before.heard));
  const replies = pipeline.consumer.deliveries.slice(before.delivered).map(({ reply }) => reply);
  const deadNow = (await pipeline.tables.deadLetters()).length - before.dead - unreadable();
  const faults: string[] = [];
  for (const [instanceId, events] of published) {
    faults.push(
      ...faultsOf({ instanceId, published: events, arrivals, outcomes: await pipeline.tables.outcomes(instanceId), replies, uncertainMax }),
    );
  }
  if (deadNow !== dead) faults.push(`${dead} events were to become dead letters, and ${deadNow} did`);
  return [...faults, ...pipeline.consumer.breaches, ...typebot.violations.map(({ type }) => `Typebot was spoken to badly: ${type}`)];
}

function valueAt(values: number[], index: number): number {
  return values[index % values.length] ?? 0;
}

/** Counts what happens, and applies the fault when the plan's count is reached. */
function tally({ faults }: Plan, strike: (fault: Fault) => Promise<void>) {
  const counts = { added: 0, asked: 0, delivered: 0 };
  const strikes: Promise<void>[] = [];
  return {
    count(when: Fault['when']): number {
      counts[when] += 1;
      for (const fault of faults) if (fault.when === when && fault.count === counts[when]) strikes.push(strike(fault));
      return counts[when];
    },
    struck: async () => void (await Promise.all(strikes)),
  };
}
