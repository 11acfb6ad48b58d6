import { afterEach, expect, test } from 'vitest';
import { alteredEnv } from './faults/altered-env.ts';
import { type Scenario, startScenario, waitingBot } from './scenario.ts';

/** Workers whose clocks are wrong in different ways: only the database's clock decides what is due, stale or over. */
let scenario: Scenario;
afterEach(() => scenario.close());

const hoursMs = 3_600_000;

/** A worker whose `Date.now` is off by so much. */
function clockOff(byMs: number): Record<string, string> {
  const file = 'apps/worker/src/main.ts';
  const from = 'await runUntilSignal(';
  return alteredEnv([{ file, from, to: `const rightly = Date.now; Date.now = () => rightly() + ${byMs}; ${from}` }]);
}

test(
  "a wait, a burst and an expiry last as configured although one worker's clock is hours ahead and another's is behind",
  { timeout: 60_000 },
  async () => {
    scenario = await startScenario({ debounceMs: 300, expireAfterMinutes: 0.05, expireMessage: 'Are you gone?' }, waitingBot(1), {
      workers: 0,
    });
    for (const byMs of [2 * hoursMs, -2 * hoursMs]) await scenario.pipeline.spawnWorker(clockOff(byMs));
    await scenario.says('I want');
    await scenario.says('two pizzas');
    await scenario.tells('before', 'after', 'Are you gone?');
    expect(await scenario.finals(3)).toEqual(['answered', 'answered', 'answered']);
    expect(await scenario.sessions()).toEqual(['closed: expired']);
  },
);

test(
  'a new message is not stale to a worker whose clock is hours ahead, and an old one is stale to a worker whose clock is behind',
  { timeout: 60_000 },
  async () => {
    scenario = await startScenario({ staleAfterMinutes: 10 }, undefined, { workers: 0 });
    const ahead = await scenario.pipeline.spawnWorker(clockOff(2 * hoursMs));
    await scenario.says('hello', { timestamp: Math.floor(Date.now() / 1_000) });
    expect(await scenario.finals(1)).toEqual(['answered']);
    await ahead.stop();
    await scenario.pipeline.spawnWorker(clockOff(-2 * hoursMs));
    await scenario.says('old', { timestamp: Math.floor(Date.now() / 1_000) - 3_600 });
    expect(await scenario.finals(2)).toEqual(['answered', 'ignored: stale']);
  },
);
